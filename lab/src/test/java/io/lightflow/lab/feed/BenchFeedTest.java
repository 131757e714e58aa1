package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lightflow.event.BodyEncoder;
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

class BenchFeedTest {
    /** A twentieth of the default in a twentieth of its time, so that rows are hit as often. */
    private static final int COUNT = 105_000;

    private static final int MINUTES = 6;
    private static final BenchFeedSettings SMALL = BenchFeedSettings.DEFAULT
            .withCount(COUNT)
            .withTimes(Instant.parse("2026-01-01T00:00:00Z"), Duration.ofMinutes(MINUTES));

    private final List<FeedEvent> events = Feeds.drain(new BenchFeed(SMALL));

    @Test
    void theDefaultEndsInCloseToAMillionMinuteRows() {
        Set<List<Object>> rows = new HashSet<>();
        for (FeedEvent event : events) {
            if (event.event() instanceof Impression impression) {
                rows.add(row(impression.getTime(), impression));
            }
        }
        double possible = (double) BenchFeed.CREATIVES * BenchFeed.PLACES_PER_CREATIVE;
        long impressions = count(EventType.IMPRESSION);
        // Disorder spills a little into one more minute, hence the tolerance.
        assertThat((double) rows.size()).isCloseTo(hit(possible * MINUTES, impressions), within(1_500.0));
        // The same arithmetic for the default: 120 minutes and 1,974,000 impressions.
        assertThat(hit(possible * 120, 1_974_000)).isBetween(950_000.0, 1_000_000.0);
    }

    /** How many of so many rows are hit by so many impressions on average. */
    private static double hit(double rows, double impressions) {
        return rows * (1 - Math.exp(-impressions / rows));
    }

    private static List<Object> row(long timeMs, Impression impression) {
        return List.of(
                timeMs / 60_000,
                impression.getCampaignId(),
                impression.getCreativeId(),
                impression.getAdvertiserId(),
                impression.getExchange(),
                impression.getPublisher(),
                impression.getCountry(),
                impression.getDevice(),
                impression.getCurrency());
    }

    @Test
    void theMixIsThatOfTheBench() {
        assertThat(events).hasSize(COUNT);
        assertThat(share(EventType.IMPRESSION)).isCloseTo(0.94, within(0.01));
        assertThat(share(EventType.CLICK)).isCloseTo(0.05, within(0.008));
        assertThat(share(EventType.CONVERSION)).isCloseTo(0.01, within(0.005));
        long distinct = events.stream().map(Feeds::id).distinct().count();
        assertThat((double) (COUNT - distinct) / COUNT).isCloseTo(0.001, within(0.0004));
    }

    @Test
    void anImpressionHasAbout280Bytes() {
        BodyEncoder encoder = new BodyEncoder();
        double mean = events.stream()
                .filter(event -> event.type() == EventType.IMPRESSION)
                .mapToInt(event -> encoder.encode(event.event()).length)
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(280, within(10.0));
    }

    @Test
    void thereAreAsManyOfEachDimensionAsTold() {
        List<Impression> impressions = events.stream()
                .filter(event -> event.type() == EventType.IMPRESSION)
                .map(event -> (Impression) event.event())
                .toList();
        assertThat(impressions.stream().map(Impression::getAdvertiserId).distinct())
                .hasSize(40);
        assertThat(impressions.stream().map(Impression::getCampaignId).distinct())
                .hasSize(200);
        assertThat(impressions.stream().map(Impression::getCreativeId).distinct())
                .hasSize(2_000);
        Map<String, String> advertiserOfCampaign = new HashMap<>();
        assertThat(impressions).allMatch(one -> one.getAdvertiserId()
                .equals(advertiserOfCampaign.computeIfAbsent(one.getCampaignId(), any -> one.getAdvertiserId())));
        assertThat(events.stream().map(FeedEvent::key).distinct().count()).isBetween(80_000L, 300_000L);
    }

    @Test
    void clicksAndConversionsBelongToWhatCameBeforeAndKeepItsKey() {
        Map<String, FeedEvent> byId = new HashMap<>();
        events.forEach(event -> byId.put(Feeds.id(event), event));
        for (FeedEvent event : events) {
            if (event.event() instanceof Click click) {
                assertThat(byId.get(click.getImpressionId()).key()).isEqualTo(event.key());
            } else if (event.event() instanceof Conversion conversion && conversion.getClickId() != null) {
                assertThat(byId.get(conversion.getClickId()).key()).isEqualTo(event.key());
            }
        }
        assertThat(events.stream().map(FeedEvent::dc).distinct()).containsExactlyInAnyOrder("us-west", "us-east");
    }

    @Test
    void disorderStaysBelowTwoSecondsAndIsThere() {
        long youngest = Long.MIN_VALUE;
        long worst = 0;
        for (FeedEvent event : events) {
            youngest = Math.max(youngest, event.timeMs());
            worst = Math.max(worst, youngest - event.timeMs());
        }
        assertThat(worst).isBetween(1_900L, 1_999L);
    }

    @Test
    void theSameSeedGivesTheSameEventsAndAnotherSeedOthers() {
        assertThat(Feeds.drain(new BenchFeed(SMALL))).isEqualTo(events);
        Set<String> ids = new HashSet<>();
        events.forEach(event -> ids.add(Feeds.id(event)));
        assertThat(Feeds.drain(new BenchFeed(SMALL.withSeed(2)))).noneMatch(event -> ids.contains(Feeds.id(event)));
    }

    private long count(EventType type) {
        return events.stream().filter(event -> event.type() == type).count();
    }

    private double share(EventType type) {
        return (double) count(type) / COUNT;
    }
}
