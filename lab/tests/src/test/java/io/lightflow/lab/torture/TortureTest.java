package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run of {@code lab/torture}: on the real cluster, whatever is killed, every event comes out once. It is the
 * longest of the tests that run beside those on local stacks, so it starts first.
 */
@Order(1)
@Tag("cluster")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class TortureTest {
    private static final long SEED = Long.getLong("lightflow.seed", 20_260_101L);
    /** A third worker and more servers take too long for a suite. Other tests kill the archive and capture. */
    private static final Set<OptionalPart> OPTIONAL = Set.of();

    private static final LightFeed.Plan PLAN = new LightFeed.Plan(9_000, Duration.ofSeconds(60), SEED);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void everyEventComesOutOnceWhateverIsKilledUpgradedOrSubmittedAgain() throws Exception {
        System.out.println("seed " + SEED);
        try (Stage stage = new Stage(folder.resolve("cluster").toAbsolutePath(), null, OPTIONAL, new Random(SEED))) {
            stage.start(PLAN, System.out::println);
            List<Fault> faults = List.of(
                    TortureFaults.joinKilled(),
                    TortureFaults.statisticsKilled(),
                    TortureFaults.killed(TortureFaults.POSTGRES),
                    TortureFaults.submittedTwice(),
                    TortureFaults.otherSchemas());

            TortureReport report = new Torture(stage, PLAN, System.out::println).run(faults);

            assertThat(report.differences()).isEmpty();
            assertThat(report.events()).isGreaterThanOrEqualTo(PLAN.events());
            assertThat(report.recoverySeconds())
                    .containsOnlyKeys(faults.stream().map(Fault::kind).toList());
        }
    }
}
