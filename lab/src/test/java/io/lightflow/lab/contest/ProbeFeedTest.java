package io.lightflow.lab.contest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.FeedEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeFeedTest {
    private final ProbeFeed.Probes probes = new ProbeFeed.Probes();
    private final List<FeedEvent> events = drain(probes);

    private static List<FeedEvent> drain(ProbeFeed.Probes probes) {
        List<FeedEvent> events = new ArrayList<>();
        try (ProbeFeed feed =
                new ProbeFeed(new BenchFeed(BenchFeedSettings.DEFAULT.withCount(20_000)), "us-west", probes)) {
            while (feed.hasNext()) {
                long horizonMs = feed.horizonMs();
                FeedEvent event = feed.next();
                assertThat(event.timeMs()).isGreaterThanOrEqualTo(horizonMs);
                events.add(event);
            }
        }
        return events;
    }

    @Test
    void everyProbeIsAClickOnAnEarlierImpressionOfItsOwnCreative() {
        List<String> creatives = new ArrayList<>();
        List<String> clicked = new ArrayList<>();
        for (FeedEvent event : events) {
            if (event.event() instanceof Impression impression
                    && impression.getCampaignId().equals(ProbeFeed.CAMPAIGN)) {
                creatives.add(impression.getCreativeId());
            } else if (event.event() instanceof Click click
                    && click.getAdvertiserId().equals("advertiser-probe")) {
                assertThat(creatives).contains(click.getImpressionId());
                clicked.add(click.getId());
            }
        }
        assertThat(creatives).doesNotHaveDuplicates().hasSizeBetween(39, 41);
        assertThat(clicked).doesNotHaveDuplicates().hasSizeGreaterThan(25);
        assertThat(probes.uncounted()).containsOnlyKeys(clicked);
    }

    @Test
    void theTimeOfEveryClickIsKnown() {
        events.stream().filter(event -> event.event() instanceof Click).forEach(event -> assertThat(
                        probes.sentMs(((Click) event.event()).getId()))
                .isPositive());
    }

    @Test
    void twoFeedsAreEqual() {
        assertThat(drain(new ProbeFeed.Probes())).isEqualTo(events);
    }
}
