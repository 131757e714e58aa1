package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.MissingImpressions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five days of real logs come out exactly as an independent count of them says, for any poll size and any way. */
@OnLocalStack
class RealLogsReplayTest {
    private static final Map<String, Long> DUPLICATES =
            Map.of("impressions", 306L, "clicks", 1L, "conversions", 61L, "tags", 0L);
    private static final Map<String, Long> NONE =
            Map.of("impressions", 0L, "clicks", 0L, "conversions", 0L, "tags", 0L);
    private static final long SPEND_MICROS = 51_492_450;

    @Test
    void withDerivedImpressionsEveryClickAndConversionIsJoinedAfterTheMirror(@TempDir Path data) throws Exception {
        Report report = replay(LocalSettings.in(data), MissingImpressions.DERIVE);

        assertThat(report.joined())
                .isEqualTo(Map.of("impressions", 65_740L, "clicks", 6_777L, "conversions", 265L, "tags", 0L));
        assertThat(report.orphanClicks()).isZero();
        assertThat(report.unattributedConversions()).isZero();
        assertThat(report.postgres()).isEqualTo(new Totals(65_740, 6_777, 265, 0, SPEND_MICROS, 0));
        assertSettled(report);
    }

    @Test
    void withoutThemClicksAreOrphansAlsoWithSmallPollsAndSeveralTasks(@TempDir Path data) throws Exception {
        LocalSettings settings = LocalSettings.in(data)
                .with(EventPath.DIRECT)
                .withPollRecords(500)
                .withDataflowParallelism(3);

        Report report = replay(settings, MissingImpressions.LEAVE);

        assertThat(report.joined())
                .isEqualTo(Map.of("impressions", 59_694L, "clicks", 28L, "conversions", 1L, "tags", 0L));
        assertThat(report.orphanClicks()).isEqualTo(6_749);
        assertThat(report.unattributedConversions()).isEqualTo(264);
        assertThat(report.postgres()).isEqualTo(new Totals(59_694, 28, 1, 0, SPEND_MICROS, 0));
        assertSettled(report);
    }

    private static Report replay(LocalSettings settings, MissingImpressions missing) throws Exception {
        try (Feed feed = IPinYouFeed.open(RealLogs.find(), missing, DcGroup.LOCAL);
                Stand stand = Stand.start(settings)) {
            return stand.replay(feed);
        }
    }

    private static void assertSettled(Report report) {
        assertThat(report.duplicates()).isEqualTo(DUPLICATES);
        assertThat(report.rejected()).isEqualTo(NONE);
        assertThat(report.skippedInput()).isEqualTo(1);
        assertThat(report.skippedRows()).isEqualTo(List.of("conv.20130606.txt.gz:15: expected 24 columns, found 23"));
        assertThat(report.waiting()).isZero();
        assertThat(report.late()).isZero();
        assertThat(report.differences()).isEmpty();
        assertThat(report.balanced()).isTrue();
    }
}
