package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.topology.aerospike.AerospikeServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Synthetic journeys with Aerospike as the join store. Skipped where there is no server; see {@link AerospikeServer}.
 */
@OnLocalStack
class AerospikeReplayTest {
    private final GeneratedFeedSettings events = GeneratedFeedSettings.of(30_000, Seed.choose(), DcGroup.LOCAL);

    @Test
    void everyEventAndEveryMinuteRowIsThatOfTheBatchRun(@TempDir Path data) throws Exception {
        LocalSettings settings = LocalSettings.in(data).withPollRecords(3_000).with(AerospikeServer.cluster("replay"));
        try (Stand stand = Stand.start(settings)) {
            Report report;
            try (Feed feed = new GeneratedFeed(events)) {
                report = stand.replay(feed);
            }
            try (Feed again = new GeneratedFeed(events)) {
                Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
            }
            assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        }
    }
}
