package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Live traffic has the figures of campaigns that people know. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CampaignTrafficTest {
    private static final Instant START = Instant.parse("2026-03-02T00:00:00Z");
    private static final GeneratedFeedSettings TWO_DAYS =
            new GeneratedFeedSettings(300_000, 7, START, Duration.ofDays(2), Duration.ofSeconds(5), DcGroup.LOCAL);

    private final List<FeedEvent> events = Feeds.drain(GeneratedFeed.ofCampaigns(TWO_DAYS));
    private final List<Impression> impressions = events.stream()
            .map(FeedEvent::event)
            .filter(Impression.class::isInstance)
            .map(Impression.class::cast)
            .toList();

    private double count(EventType type) {
        return events.stream().filter(event -> event.type() == type).count();
    }

    private <T> Map<T, Long> shares(Function<Impression, T> dimension) {
        return impressions.stream().collect(Collectors.groupingBy(dimension, Collectors.counting()));
    }

    @Test
    void oneToTenOfAThousandImpressionsAreClicked() {
        assertThat(count(EventType.CLICK) / impressions.size()).isBetween(0.001, 0.01);
        assertThat(count(EventType.CONVERSION) / count(EventType.CLICK)).isBetween(0.02, 0.1);
        assertThat(IntStream.range(0, 500).mapToDouble(CampaignTraffic::clickThroughRate))
                .allMatch(rate -> rate >= 0.001 && rate < 0.01001);
    }

    @Test
    void fewHaveMostOfIt() {
        Map<String, Long> advertisers = shares(Impression::getAdvertiserId);
        assertThat(advertisers).hasSize(20);
        assertThat(advertisers.get("advertiser-0")).isBetween(impressions.size() / 5L, impressions.size() / 4L);
        assertThat(shares(Impression::getCampaignId)).hasSize(100);
        assertThat(shares(Impression::getPublisher)).hasSize(40);
    }

    @Test
    void aThousandImpressionsCostWhatTheyDoElsewhere() {
        assertThat(impressions.stream().mapToLong(Impression::getPriceMicros))
                .allMatch(micros -> micros >= 0 && micros <= 11_000);
        assertThat(impressions.stream()
                        .mapToLong(Impression::getPriceMicros)
                        .average()
                        .orElseThrow())
                .isBetween(1_000.0, 6_000.0);
    }

    @Test
    void theAfternoonIsDenserThanTheNight() {
        Map<Long, Long> hours = shares(impression -> impression.getTime() / 3_600_000 % 24);
        assertThat(hours.get(15L)).isGreaterThan(2 * hours.get(3L));
    }

    @Test
    void anEventIsDueNoEarlierThanItsTime() {
        Feed feed = GeneratedFeed.ofCampaigns(TWO_DAYS);
        long before = START.toEpochMilli();
        for (int i = 0; i < 1_000; i++) {
            long dueMs = feed.dueMs();
            assertThat(dueMs)
                    .isGreaterThanOrEqualTo(before)
                    .isGreaterThanOrEqualTo(feed.next().timeMs());
            before = dueMs;
        }
    }
}
