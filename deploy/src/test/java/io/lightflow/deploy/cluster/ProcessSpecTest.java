package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSpecTest {
    @TempDir
    Path folder;

    @Test
    void theMarkerMustBeOnTheCommandLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessSpec.of("one", List.of("sleep", "600"), Map.of(), folder, "marker"))
                .withMessageContaining("marker");
    }

    @Test
    void aProcessThatEndsBeforeItIsReadyIsReportedWithItsOutput() {
        ClusterProcess process = shell("echo the disk is full; exit 3", spec -> spec);
        process.start();
        assertThatThrownBy(() -> process.awaitReady(Duration.ofSeconds(20)))
                .isInstanceOf(ProcessFailedException.class)
                .hasMessageContaining("ended before it was ready")
                .hasMessageContaining("the disk is full");
    }

    @Test
    void aStartThatFailsForAPassingReasonIsMadeAgain() {
        String script =
                "if [ -e second ]; then : > ready; while :; do sleep 1; done; else : > second; echo still locked;"
                        + " exit 1; fi";
        ClusterProcess process = shell(script, spec -> spec.retriedWhen("still locked"));
        try {
            process.start();
            process.awaitReady(Duration.ofSeconds(20));
            assertThat(folder.resolve("ready")).exists();
        } finally {
            process.kill();
        }
    }

    @Test
    void aProcessThatDoesNotEndByItselfIsKilled() {
        ClusterProcess process = shell(
                "trap '' TERM; : > ready; while :; do sleep 1; done",
                spec -> spec.stoppedBy(Signal.TERM, Duration.ofMillis(200)));
        process.start();
        process.awaitReady(Duration.ofSeconds(20));
        process.stop();
        assertThat(process.isAlive()).isFalse();
        assertThat(process.pidFile()).doesNotExist();
    }

    @Test
    void aProcessCannotBeStartedTwice() {
        ClusterProcess process = shell(": > ready; while :; do sleep 1; done", spec -> spec);
        try {
            process.start();
            process.awaitReady(Duration.ofSeconds(20));
            assertThatThrownBy(process::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(Long.toString(process.pid().orElseThrow()));
        } finally {
            process.kill();
        }
    }

    /** A shell script as a process, which is ready when it has made the file {@code ready}. */
    private ClusterProcess shell(String script, UnaryOperator<ProcessSpec> change) {
        String marker = folder.toString();
        List<String> command = List.of("/bin/sh", "-c", script, marker);
        ProcessSpec spec = ProcessSpec.of("shell", command, JavaLaunch.environment(), folder, marker);
        return new ClusterProcess(
                change.apply(spec),
                () -> {
                    if (!folder.resolve("ready").toFile().exists()) {
                        throw new IllegalStateException("no file");
                    }
                },
                () -> {});
    }
}
