package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The five days of real logs against what an independent script counted in them. */
class IPinYouRealLogsTest {
    private static Path logs;

    @BeforeAll
    static void findLogs() {
        String chosen = System.getenv("LIGHTFLOW_IPINYOU");
        Stream<String> places =
                chosen != null ? Stream.of(chosen) : Stream.of("../shared/data/ipinyou", "../../shared/data/ipinyou");
        logs = places.map(Path::of)
                .filter(place -> Files.exists(place.resolve("imp.20130606.txt.gz")))
                .findFirst()
                .orElse(null);
        assumeTrue(logs != null, "no iPinYou logs here: set LIGHTFLOW_IPINYOU to their folder to run this test");
    }

    @Test
    void countsAreThoseOfTheIndependentScript() throws IOException {
        try (Feed feed = IPinYouFeed.open(logs, MissingImpressions.LEAVE, DcGroup.LOCAL)) {
            List<FeedEvent> events = Feeds.drain(feed);

            assertThat(count(events, EventType.IMPRESSION)).isEqualTo(60_000);
            assertThat(count(events, EventType.CLICK)).isEqualTo(6_778);
            assertThat(count(events, EventType.CONVERSION)).isEqualTo(326);
            assertThat(distinct(events, EventType.IMPRESSION)).isEqualTo(59_694);
            assertThat(distinct(events, EventType.CLICK)).isEqualTo(6_777);
            assertThat(distinct(events, EventType.CONVERSION)).isEqualTo(265);
            assertThat(feed.skipped().named())
                    .extracting(SkippedRow::toString)
                    .containsExactly("conv.20130606.txt.gz:15: expected 24 columns, found 23");
            assertThat(clicksWithImpression(events)).isEqualTo(28);
            assertThat(spendMicros(events)).isEqualTo(51_492_450);
        }
    }

    @Test
    void derivedImpressionsCompleteEveryClick() throws IOException {
        try (Feed feed = IPinYouFeed.open(logs, MissingImpressions.DERIVE, DcGroup.LOCAL)) {
            List<FeedEvent> events = Feeds.drain(feed);

            assertThat(distinct(events, EventType.IMPRESSION)).isEqualTo(65_740);
            assertThat(events.stream()
                            .filter(event -> event.event() instanceof Impression impression && impression.getDerived()))
                    .hasSize(6_046);
            assertThat(clicksWithImpression(events)).isEqualTo(6_777);
            assertThat(spendMicros(events)).isEqualTo(51_492_450);
        }
    }

    @Test
    void aBidHasOneJoinKeyAndAnEventIdOneDataCenterAndJourneysCrossDataCenters() throws IOException {
        try (Feed feed = IPinYouFeed.open(logs, MissingImpressions.DERIVE, DcGroup.LOCAL)) {
            Map<String, Set<String>> keysByBid = new HashMap<>();
            Map<String, Set<String>> dcsById = new HashMap<>();
            Map<String, Set<String>> dcsByBid = new HashMap<>();
            for (FeedEvent event : Feeds.drain(feed)) {
                String bid = Feeds.id(event).split(":")[0];
                keysByBid.computeIfAbsent(bid, any -> new HashSet<>()).add(event.key());
                dcsById.computeIfAbsent(event.type() + Feeds.id(event), any -> new HashSet<>())
                        .add(event.dc());
                dcsByBid.computeIfAbsent(bid, any -> new HashSet<>()).add(event.dc());
            }
            assertThat(keysByBid.values()).allMatch(keys -> keys.size() == 1);
            assertThat(dcsById.values()).allMatch(dcs -> dcs.size() == 1);
            assertThat(dcsByBid.values()).noneMatch(dcs -> dcs.contains("eu") && dcs.size() > 1);
            assertThat(dcsByBid.values().stream().filter(dcs -> dcs.size() > 1).count())
                    .isGreaterThan(1_000);
        }
    }

    @Test
    void repeatsOfAnImpressionAgreeOnWhatIsCountedButForTheDeviceOfOne() throws IOException {
        try (Feed feed = IPinYouFeed.open(logs, MissingImpressions.LEAVE, DcGroup.LOCAL)) {
            Map<String, Set<List<Object>>> countedById = new HashMap<>();
            Map<String, Set<String>> devicesById = new HashMap<>();
            for (FeedEvent event : Feeds.drain(feed)) {
                if (event.event() instanceof Impression one) {
                    List<Object> counted = List.of(
                            one.getTime() / 60_000,
                            one.getPriceMicros(),
                            one.getAdvertiserId(),
                            one.getCreativeId(),
                            one.getExchange(),
                            one.getPublisher());
                    countedById
                            .computeIfAbsent(one.getId(), any -> new HashSet<>())
                            .add(counted);
                    devicesById
                            .computeIfAbsent(one.getId(), any -> new HashSet<>())
                            .add(one.getDevice());
                }
            }
            assertThat(countedById.values().stream().filter(all -> all.size() > 1))
                    .isEmpty();
            assertThat(devicesById.values().stream().filter(all -> all.size() > 1))
                    .containsExactly(Set.of("desktop", ""));
        }
    }

    private static long count(List<FeedEvent> events, EventType type) {
        return events.stream().filter(event -> event.type() == type).count();
    }

    private static long distinct(List<FeedEvent> events, EventType type) {
        return events.stream()
                .filter(event -> event.type() == type)
                .map(Feeds::id)
                .distinct()
                .count();
    }

    private static long clicksWithImpression(List<FeedEvent> events) {
        Set<String> impressions = events.stream()
                .filter(event -> event.type() == EventType.IMPRESSION)
                .map(Feeds::id)
                .collect(Collectors.toSet());
        return events.stream()
                .filter(event -> event.event() instanceof Click click && impressions.contains(click.getImpressionId()))
                .map(Feeds::id)
                .distinct()
                .count();
    }

    /** Of every impression once. */
    private static long spendMicros(List<FeedEvent> events) {
        Map<String, Long> prices = new HashMap<>();
        for (FeedEvent event : events) {
            if (event.event() instanceof Impression impression) {
                prices.putIfAbsent(impression.getId(), impression.getPriceMicros());
            }
        }
        return prices.values().stream().mapToLong(Long::longValue).sum();
    }
}
