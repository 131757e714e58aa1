package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeneratedFeedTest {
    private static final int COUNT = 200_000;
    private static final long SEED = 42;
    private static final long MINUTE_MS = 60_000;

    private final List<FeedEvent> events = generate(COUNT, SEED);
    private final Map<String, Impression> impressions = new HashMap<>();
    private final Map<String, Click> clicks = new HashMap<>();
    private final Map<String, Conversion> conversions = new HashMap<>();

    GeneratedFeedTest() {
        for (FeedEvent event : events) {
            if (event.event() instanceof Impression impression) {
                impressions.put(impression.getId(), impression);
            } else if (event.event() instanceof Click click) {
                clicks.put(click.getId(), click);
            } else if (event.event() instanceof Conversion conversion) {
                conversions.put(conversion.getId(), conversion);
            }
        }
    }

    private static List<FeedEvent> generate(long count, long seed) {
        return Feeds.drain(new GeneratedFeed(GeneratedFeedSettings.of(count, seed, DcGroup.LOCAL)));
    }

    @Test
    void theSameSeedGivesTheSameEventsAndAnotherSeedOthers() {
        assertThat(generate(5_000, 7)).isEqualTo(generate(5_000, 7));
        Set<String> ids = new HashSet<>();
        generate(5_000, 7).forEach(event -> ids.add(Feeds.id(event)));
        assertThat(generate(5_000, 8)).noneMatch(event -> ids.contains(Feeds.id(event)));
    }

    @Test
    void thereAreAsManyRecordsAsAskedForWithRepeatsAmongThem() {
        assertThat(events).hasSize(COUNT);
        assertThat(generate(1, SEED)).hasSize(1);
        long distinct = events.stream().map(Feeds::id).distinct().count();
        assertThat(COUNT - distinct).isBetween(COUNT / 1000L, COUNT / 200L);
    }

    @Test
    void theMixIsThatOfRealTraffic() {
        assertThat(share(EventType.IMPRESSION)).isCloseTo(0.94, within(0.01));
        assertThat(share(EventType.CLICK)).isCloseTo(0.05, within(0.005));
        assertThat(share(EventType.CONVERSION)).isCloseTo(0.01, within(0.003));
        assertThat(share(EventType.TAG)).isBetween(0.001, 0.01);
    }

    @Test
    void journeysSpreadOverThirtyDays() {
        long startMs = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        long lastMs = events.stream().mapToLong(FeedEvent::timeMs).max().orElseThrow();

        assertThat(events).allMatch(event -> event.timeMs() >= startMs);
        assertThat(Duration.ofMillis(lastMs - startMs)).isBetween(Duration.ofDays(28), Duration.ofDays(32));
    }

    @Test
    void disorderStaysBelowItsBoundAndIsThere() {
        for (long boundMs : List.of(0L, 1L, 800L, 5_000L)) {
            GeneratedFeedSettings settings =
                    GeneratedFeedSettings.of(20_000, SEED, DcGroup.LOCAL).withDisorder(Duration.ofMillis(boundMs));
            long youngest = Long.MIN_VALUE;
            long worst = 0;
            for (FeedEvent event : Feeds.drain(new GeneratedFeed(settings))) {
                youngest = Math.max(youngest, event.timeMs());
                worst = Math.max(worst, youngest - event.timeMs());
            }
            assertThat(worst).as("disorder below %s ms", boundMs).isLessThanOrEqualTo(Math.max(0, boundMs - 1));
            assertThat(worst).as("disorder up to %s ms", boundMs).isGreaterThanOrEqualTo(boundMs * 8 / 10 - 1);
        }
    }

    @Test
    void clicksComeWithoutBeforeAndSeveralPerImpression() {
        Map<String, Integer> clicksPerImpression = new HashMap<>();
        long secondsBefore = 0;
        long minutesBefore = 0;
        long moreThanADayBefore = 0;
        long orphans = 0;
        for (Click click : clicks.values()) {
            clicksPerImpression.merge(click.getImpressionId(), 1, Integer::sum);
            Impression impression = impressions.get(click.getImpressionId());
            if (impression == null) {
                orphans++;
                continue;
            }
            long beforeMs = impression.getTime() - click.getTime();
            secondsBefore += beforeMs > 0 && beforeMs < 5_000 ? 1 : 0;
            minutesBefore += beforeMs >= MINUTE_MS && beforeMs < 60 * MINUTE_MS ? 1 : 0;
            moreThanADayBefore += beforeMs > 24 * 60 * MINUTE_MS ? 1 : 0;
        }
        assertThat(List.of(secondsBefore, minutesBefore, moreThanADayBefore, orphans))
                .allMatch(count -> count > 5);
        assertThat(clicksPerImpression.values()).contains(1, 2, 3);
    }

    @Test
    void conversionsNameAClickAnImpressionBothOrNothing() {
        // Not anySatisfy, which makes an error of each of the many that are otherwise.
        assertThat(conversions.values())
                .anyMatch(one -> clicks.containsKey(one.getClickId()) && one.getImpressionId() == null)
                .anyMatch(one -> one.getClickId() == null && impressions.containsKey(one.getImpressionId()))
                .anyMatch(one -> clicks.containsKey(one.getClickId()) && impressions.containsKey(one.getImpressionId()))
                .anyMatch(one -> one.getClickId() == null && one.getImpressionId() == null)
                .anyMatch(one -> one.getClickId() != null && !clicks.containsKey(one.getClickId()));
    }

    @Test
    void aJoinKeyBelongsToOneGroupAndJourneysCrossItsDataCenters() {
        Map<String, Set<String>> dcsByKey = new HashMap<>();
        Map<String, String> dcByImpression = new HashMap<>();
        events.forEach(event ->
                dcsByKey.computeIfAbsent(event.key(), any -> new HashSet<>()).add(event.dc()));
        events.forEach(event -> dcByImpression.put(Feeds.id(event), event.dc()));

        assertThat(dcsByKey.values()).noneMatch(dcs -> dcs.contains("eu") && dcs.size() > 1);
        assertThat(dcsByKey.values()).contains(Set.of("eu"), Set.of("us-west", "us-east"));
        assertThat(events)
                .anyMatch(event -> event.event() instanceof Click click
                        && event.dc().equals("us-east")
                        && "us-west".equals(dcByImpression.get(click.getImpressionId())));
    }

    @Test
    void whatIsHeldInMemoryDoesNotGrowWithTheNumberOfEvents() {
        // A billion events over 30 days: the feed is asked for the first of them, as it would be for all.
        GeneratedFeed feed = new GeneratedFeed(GeneratedFeedSettings.of(1_000_000_000L, SEED, DcGroup.LOCAL));
        int most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            feed.next();
            most = Math.max(most, feed.held());
        }
        assertThat(most).isLessThan(100_000);
    }

    @Test
    void liveTrafficKeepsPaceWithTheClock() {
        Instant start = Instant.parse("2026-07-01T12:00:00Z");
        GeneratedFeed feed = new GeneratedFeed(GeneratedFeedSettings.live(1_000, SEED, start, DcGroup.LOCAL));
        FeedEvent last = feed.next();
        for (int i = 1; i < 300_000; i++) {
            last = feed.next();
        }
        assertThat(Duration.ofMillis(last.timeMs() - start.toEpochMilli()))
                .isBetween(Duration.ofSeconds(285), Duration.ofSeconds(315));
    }

    private double share(EventType type) {
        return (double) events.stream().filter(event -> event.type() == type).count() / COUNT;
    }
}
