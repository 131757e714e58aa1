package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.answer.BatchAnswer;
import io.lightflow.deploy.feed.DcGroup;
import io.lightflow.deploy.feed.Feed;
import io.lightflow.deploy.feed.GeneratedFeed;
import io.lightflow.deploy.feed.GeneratedFeedSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Synthetic journeys through front clusters, mirror and both groups come out, event by event, as a batch run says. */
@Tag("local")
class SyntheticReplayTest {
    private static final long EVENTS = 30_000;

    @Test
    void everyEventAndEveryMinuteRowIsThatOfTheBatchRun(@TempDir Path data) throws Exception {
        long seed = Seed.choose();
        GeneratedFeedSettings events = GeneratedFeedSettings.of(EVENTS, seed, DcGroup.LOCAL);
        try (Stand stand = Stand.start(LocalSettings.in(data).withPollRecords(3_000));
                Feed fed = new GeneratedFeed(events);
                Feed again = new GeneratedFeed(events)) {
            Report report = stand.replay(fed);

            Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
            assertThat(report.balanced()).as(report.differences().toString()).isTrue();
            assertThat(report.late()).isZero();
        }
    }
}
