package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.cluster.TinyTopology.Progress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** ZooKeeper, Nimbus and Supervisor as real processes, with a topology that only counts. */
@Tag("cluster")
@ResourceLock("cluster of processes")
class StormClusterTest {
    private static final Duration TUPLES_WITHIN = Duration.ofMinutes(2);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Cluster cluster;

    @AfterEach
    void nothingIsLeft() {
        if (cluster != null) {
            cluster.down(line -> {});
        }
    }

    @Test
    void aKilledWorkerComesBackAndDownStopsJustWhatWasStarted() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            long begin = System.nanoTime();
            cluster = Cluster.of(new ClusterSettings(
                    folder.resolve("cluster").toAbsolutePath(),
                    EnumSet.of(Component.ZOOKEEPER, Component.STORM),
                    List.of(),
                    2));
            cluster.up(line -> {});
            report("up", begin);
            assertThat(cluster.processes())
                    .extracting(ClusterProcess::name)
                    .containsExactly("zookeeper", "nimbus", "supervisor");
            assertThat(cluster.processes()).allMatch(ClusterProcess::isAlive);

            begin = System.nanoTime();
            Path file = folder.resolve("progress");
            Path jar = TestJar.of(TinyTopology.class, folder.resolve("tiny.jar"));
            assertThat(submit("tiny", jar, file))
                    .contains("zookeeper=" + cluster.endpoints().zooKeeper());
            report("submitted", begin);
            StormWorker first = awaitTuples(file, -1);
            report("first tuples after submit", begin);
            assertThat(first.topology()).isEqualTo("tiny");

            begin = System.nanoTime();
            first.kill();
            StormWorker second = awaitTuples(file, first.pid());
            report("tuples again after kill -9 of the worker", begin);
            assertThat(first.isAlive()).isFalse();
            assertThat(second.port()).isEqualTo(first.port());

            begin = System.nanoTime();
            List<Long> pids = new ArrayList<>(cluster.processes().stream()
                    .map(process -> process.pid().orElseThrow())
                    .toList());
            pids.add(second.pid());
            cluster.down(line -> {});
            report("down", begin);
            assertThat(pids).allMatch(pid -> OsProcess.of(pid).isEmpty());
            assertThat(cluster.workers()).isEmpty();
            assertThat(processesOf(folder)).isEmpty();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void aPidThatNowBelongsToAnotherProgramIsNeitherAliveNorStopped() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            cluster = Cluster.of(new ClusterSettings(
                    folder.resolve("cluster").toAbsolutePath(), EnumSet.of(Component.ZOOKEEPER), List.of(), 2));
            ClusterProcess zooKeeper = cluster.process("zookeeper");
            ResourceFiles.write(zooKeeper.pidFile(), Long.toString(stranger.pid()));

            assertThat(zooKeeper.isAlive()).isFalse();
            zooKeeper.stop();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void anUnknownProcessIsNamedTogetherWithTheKnownOnes() {
        cluster = Cluster.of(new ClusterSettings(
                folder.resolve("cluster").toAbsolutePath(), EnumSet.of(Component.ZOOKEEPER), List.of(), 2));
        assertThatThrownBy(() -> cluster.process("zookeper"))
                .hasMessageContaining("zookeper")
                .hasMessageContaining("zookeeper");
    }

    /**
     * Runs the command {@code submit}, with settings that ask for an address of the cluster; returns what it printed.
     */
    private String submit(String group, Path jar, Path file) {
        Path settings = folder.resolve("settings.yaml");
        ResourceFiles.write(settings, "name: ${group}%nfile: %s%nzookeeper: ${zookeeper}%n".formatted(file));
        StringWriter out = new StringWriter();
        int exitCode = ClusterMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute(
                        "submit",
                        group,
                        "--parallelism",
                        "2",
                        "--data",
                        cluster.settings().data().toString(),
                        "--settings",
                        settings.toString(),
                        "--jar",
                        jar.toString(),
                        "--main",
                        TinyTopology.class.getName());
        assertThat(exitCode).as("exit code of submit, which printed %s", out).isZero();
        return out.toString();
    }

    /** Waits until a worker other than the given one has processed tuples. */
    private StormWorker awaitTuples(Path file, long notPid) {
        boolean came = Deadline.in(TUPLES_WITHIN).await(() -> {
            Progress progress = Progress.in(file);
            return progress.pid() != notPid && progress.tuples() >= 10;
        });
        assertThat(came).as("tuples from a worker other than %d", notPid).isTrue();
        long pid = Progress.in(file).pid();
        return cluster.workers().stream()
                .filter(worker -> worker.pid() == pid)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> processesOf(Path folder) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.flatMap(handle -> OsProcess.of(handle.pid()).stream())
                    .filter(process -> process.pid() != ProcessHandle.current().pid())
                    .map(process -> String.join(" ", process.arguments()))
                    .filter(line -> line.contains(folder.toString()))
                    .toList();
        }
    }

    private static void report(String what, long beginNanos) {
        System.out.printf("%s: %.1f s%n", what, (System.nanoTime() - beginNanos) / 1e9);
    }
}
