package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.position.Books.Entry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An operator can stop a topology from reading, and let it go on. */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class PauseTest {
    /** Many times what a batch takes. */
    private static final Duration WHILE = Duration.ofSeconds(2);

    @Test
    void aPausedTopologyReadsNothingUntilItIsResumed(Stand stand, @TempDir Path folder) throws Exception {
        Operator operator = new Operator(stand, Stand.US, folder);
        stand.replay(impression("pause-before", stand.laterMs()));
        long in = stand.books().total(Entry.IN);

        assertThat(operator.run("pause", "--only", "DATAFLOW").exitCode()).isZero();
        assertThat(operator.run("show").output()).contains("lightflow-dataflow-us: owner", ", paused");
        Stand.pass(WHILE, () -> stand.books().total(Entry.IN) == in);
        stand.feed(impression("pause-during", stand.laterMs()));
        Stand.pass(WHILE, () -> stand.books().total(Entry.IN) == in);

        assertThat(operator.run("resume", "--only", "DATAFLOW").exitCode()).isZero();
        stand.awaitIn(in + 1);
        Report report = stand.replay(impression("pause-after", stand.laterMs()));
        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        assertThat(operator.run("show").output()).doesNotContain("paused");
    }
}
