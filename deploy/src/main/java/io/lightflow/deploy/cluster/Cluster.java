package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.storm.thrift.TException;

/**
 * The cluster in a data directory: separate processes on this machine that outlive the JVM that starts them. The state
 * is in the directory and the operating system, so any number of instances in any number of JVMs see the same cluster.
 *
 * <p>A lock in the data directory excludes concurrent calls of {@link #up} and {@link #down}. Callers may start and
 * stop single processes at any time.
 */
public final class Cluster {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration TOPOLOGY_END_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration WORKER_END_TIMEOUT = Duration.ofSeconds(10);

    static final String TOPOLOGY_MAIN = "io.lightflow.topology.Main";

    private final ClusterSettings settings;
    private final ProcessCatalog parts;

    private Cluster(ClusterSettings settings) {
        this.settings = settings;
        this.parts = new ProcessCatalog(
                settings, ProjectBuild.ofThisClass(), Ports.in(settings.data().resolve("ports.json")));
    }

    /**
     * Creates a cluster with these settings and stores them in its data directory. Starts nothing.
     *
     * @throws IllegalStateException if processes run there that the new settings no longer contain
     */
    public static Cluster of(ClusterSettings settings) {
        Cluster cluster = new Cluster(settings);
        Set<String> names =
                cluster.processes().stream().map(ClusterProcess::name).collect(Collectors.toSet());
        List<ClusterProcess> forgotten = in(settings.data()).stream()
                .flatMap(before -> before.processes().stream())
                .filter(process -> !names.contains(process.name()) && process.isAlive())
                .toList();
        if (!forgotten.isEmpty()) {
            throw new IllegalStateException(
                    "The cluster in %s runs %s, which the new settings omit; stop it first with `down`"
                            .formatted(settings.data(), forgotten));
        }
        settings.remember();
        return cluster;
    }

    /** The cluster that was started in the directory, if any. */
    public static Optional<Cluster> in(Path data) {
        return ClusterSettings.rememberedIn(data).map(Cluster::new);
    }

    public ClusterSettings settings() {
        return settings;
    }

    /**
     * Fixes some ports of this cluster permanently.
     *
     * @throws IllegalArgumentException if a name is unknown; the message lists the known names
     * @throws IllegalStateException if a process runs, which would be unreachable at its new port
     */
    public Cluster withPorts(Map<String, Integer> fixed) {
        for (String use : fixed.keySet()) {
            if (!parts.portUses().contains(use)) {
                throw new IllegalArgumentException(
                        "Unknown port '%s'; known ports are %s".formatted(use, parts.portUses()));
            }
        }
        processes().stream().filter(ClusterProcess::isAlive).findFirst().ifPresent(process -> {
            throw new IllegalStateException(
                    "Ports can be fixed only while the cluster is down, but " + process + " runs");
        });
        Ports ports = Ports.in(settings.data().resolve("ports.json"));
        fixed.forEach(ports::fix);
        return new Cluster(settings);
    }

    /** The addresses of the processes. */
    public Endpoints endpoints() {
        return parts.endpoints();
    }

    /** All processes except workers, running or not, in the order of their start. */
    public List<ClusterProcess> processes() {
        return parts.processes();
    }

    /** @throws IllegalArgumentException if the process is unknown; the message lists the known ones */
    public ClusterProcess process(String name) {
        return processes().stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No process '%s' in the cluster; it has %s"
                        .formatted(
                                name,
                                processes().stream().map(ClusterProcess::name).collect(Collectors.joining(", ")))));
    }

    /** The running workers, by slot. */
    public List<StormWorker> workers() {
        return stormChildren().stream()
                .flatMap(process -> StormWorker.of(process).stream())
                .sorted((left, right) -> Integer.compare(left.port(), right.port()))
                .toList();
    }

    /**
     * Starts all processes that do not run, and waits until all are ready. Independent processes start concurrently. If
     * one fails, this call stops those that it has started.
     *
     * @param progress receives a message for each process that becomes ready
     * @throws ProcessFailedException if a process does not become ready
     */
    public void up(Consumer<String> progress) {
        locked(() -> {
            List<ClusterProcess> started = new ArrayList<>();
            try {
                for (ProcessCatalog.Wave wave : parts.waves()) {
                    for (ClusterProcess process : wave.processes()) {
                        if (!process.isAlive()) {
                            started.add(process);
                            process.start();
                        }
                    }
                    for (ClusterProcess process : wave.processes()) {
                        process.awaitReady(READY_TIMEOUT);
                        progress.accept(process + " is ready");
                    }
                    wave.whenReady().run();
                }
            } catch (RuntimeException e) {
                stop(started, progress);
                throw e;
            }
        });
    }

    /** Stops every process of this cluster, including workers, and no other process. The data stays. */
    public void down(Consumer<String> progress) {
        locked(() -> stop(processes(), progress));
    }

    /** Stops the process if it runs, starts it, and waits until it is ready. */
    public void restart(String name) {
        locked(() -> {
            ClusterProcess process = process(name);
            process.stop();
            process.start();
            process.awaitReady(READY_TIMEOUT);
        });
    }

    /** Submits topologies to this cluster. */
    public StormJar stormJar() {
        return new StormJar(parts.stormHome());
    }

    /**
     * Submits the topologies of a group, with {@code io.lightflow.topology.Main} of this build.
     *
     * @param settings the group's settings; keys such as {@code ${kafka.central}} are replaced
     * @param options further options of the command {@code submit}
     * @return the output
     * @throws ProcessFailedException if submitting fails; the message contains the output
     */
    public String submit(String group, Path settings, List<String> options) {
        return submit(group, settings, topologyJar(), options);
    }

    /**
     * Submits the topologies of a group from the jar of another build.
     *
     * @see #submit(String, Path, List)
     */
    public String submit(String group, Path settings, Path topologyJar, List<String> options) {
        return submit(group, settings, topologyJar, TOPOLOGY_MAIN, options);
    }

    /** The jar of this build with the topologies, for {@code storm jar}. */
    public static Path topologyJar() {
        return ProjectBuild.ofThisClass().topologyJar();
    }

    String submit(String group, Path settings, Path topologyJar, String mainClass, List<String> options) {
        Path rendered = GroupFile.render(this, group, settings);
        List<String> arguments = new ArrayList<>(List.of("submit", "--settings", rendered.toString()));
        arguments.addAll(options);
        return stormJar().submit(topologyJar, mainClass, arguments);
    }

    /**
     * Submits a topology whose main class is in a jar of the project.
     *
     * @param library jars that it needs in addition to those of {@link #submit(String, Path, List)}
     * @return the output
     * @throws ProcessFailedException if submitting fails; the message contains the output
     */
    public String submit(Class<?> mainClass, List<Path> library, List<String> arguments) {
        List<Path> jars = new ArrayList<>(library);
        jars.add(ProjectBuild.ofThisClass().topologyJar());
        return stormJar().submit(ProjectBuild.jarOf(mainClass), jars, mainClass.getName(), arguments);
    }

    /**
     * Kills a topology immediately. Returns when Nimbus has removed it and its workers have ended, so that the name is
     * free again.
     *
     * @return whether a topology of that name existed
     * @throws ProcessFailedException if Nimbus does not respond, or the topology does not end
     */
    public boolean killTopology(String topology) {
        try {
            boolean killed = stormClient().kill(topology);
            if (killed && !Deadline.in(TOPOLOGY_END_TIMEOUT).await(() -> isGone(topology))) {
                throw new ProcessFailedException(
                        "The topology %s still exists %d s after it was killed; see the logs of %s and %s"
                                .formatted(
                                        topology,
                                        TOPOLOGY_END_TIMEOUT.toSeconds(),
                                        ProcessCatalog.NIMBUS,
                                        ProcessCatalog.SUPERVISOR));
            }
            return killed;
        } catch (TException e) {
            throw new ProcessFailedException(
                    "Killing the topology " + topology + " failed: Nimbus does not respond", e);
        }
    }

    /** The directory of a worker's logs. A successor in the same slot and topology writes to the same directory. */
    public Path logsOf(StormWorker worker) {
        return parts.stormHome().workerLogs().resolve(worker.topologyId()).resolve(Integer.toString(worker.port()));
    }

    /** Deletes the Supervisor's record of this worker's process, so that it cannot signal the process. */
    void deleteProcessRecord(StormWorker worker) {
        Path notes = notesOn(worker).resolve("pids");
        try {
            Files.delete(notes.resolve(Long.toString(worker.pid())));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Expected the Supervisor's record of " + worker + " in " + notes + ", found none", e);
        }
    }

    /**
     * Deletes the heartbeats of a worker that the Supervisor has given up. The Supervisor would report them forever,
     * and Nimbus treats every change as a sign of life.
     */
    void deleteHeartbeats(StormWorker worker) {
        try {
            ResourceFiles.deleteFolder(notesOn(worker));
        } catch (IOException e) {
            throw new UncheckedIOException("Deleting the heartbeats of " + worker + " failed", e);
        }
    }

    private Path notesOn(StormWorker worker) {
        return parts.stormHome().localState().resolve("workers").resolve(worker.workerId());
    }

    StormClient stormClient() {
        return new StormClient(endpoints().nimbus());
    }

    private boolean isGone(String topology) {
        try {
            return workers().stream().noneMatch(worker -> worker.topology().equals(topology))
                    && stormClient().topologies().stream()
                            .noneMatch(summary -> summary.get_name().equals(topology));
        } catch (TException e) {
            // Nimbus is temporarily unavailable; the caller polls again.
            return false;
        }
    }

    /** Stops as many of the processes as possible, and throws the first failure afterwards. */
    private void stop(List<ClusterProcess> processes, Consumer<String> progress) {
        List<ClusterProcess> lastFirst = new ArrayList<>(processes);
        Collections.reverse(lastFirst);
        RuntimeException failure = null;
        for (ClusterProcess process : lastFirst) {
            try {
                stop(process, progress);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void stop(ClusterProcess process, Consumer<String> progress) {
        boolean ran = process.isAlive();
        process.stop();
        if (ran) {
            progress.accept(process.name() + " has stopped");
        }
        if (process.name().equals(ProcessCatalog.SUPERVISOR)) {
            // The workers stop last: a running Supervisor replaces every worker that ends.
            stopStormChildren(progress);
        }
    }

    private void stopStormChildren(Consumer<String> progress) {
        List<OsProcess> children = stormChildren();
        children.forEach(child -> {
            child.signal(Signal.TERM);
            child.signal(Signal.CONT);
        });
        if (!Deadline.in(WORKER_END_TIMEOUT).await(() -> stormChildren().isEmpty())) {
            Deadline.in(WORKER_END_TIMEOUT).await(() -> {
                List<OsProcess> left = stormChildren();
                left.forEach(child -> child.signal(Signal.KILL));
                return left.isEmpty();
            });
        }
        children.stream()
                .flatMap(child -> StormWorker.of(child).stream())
                .forEach(worker -> progress.accept(
                        "worker of " + worker.topology() + " (process " + worker.pid() + ") has stopped"));
    }

    /** The processes that the Supervisor of this storm.home has launched: workers and their log writers. */
    private List<OsProcess> stormChildren() {
        return OsProcess.withArgument("-Dstorm.home=" + parts.stormHome().directory()).stream()
                .filter(process -> process.arguments().stream().anyMatch(it -> it.startsWith("-Dworker.id=")))
                .toList();
    }

    private void locked(Runnable work) {
        Path file = settings.data().resolve("lock");
        try {
            Files.createDirectories(settings.data());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = tryLock(channel)) {
                if (lock == null) {
                    throw new IllegalStateException("Another command uses the cluster in %s; wait until it has finished"
                            .formatted(settings.data()));
                }
                work.run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Locking " + file + " failed", e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByAnotherThread) {
            return null;
        }
    }
}
