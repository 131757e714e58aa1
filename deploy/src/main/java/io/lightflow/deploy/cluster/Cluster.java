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
 * The cluster in a data folder: separate processes on this machine, which outlive the JVM that starts them. What runs
 * is read off the folder and the operating system, so any number of these objects, in any number of JVMs, see the same
 * cluster.
 *
 * <p>{@link #up} and {@link #down} keep each other out by a lock in the data folder. The processes can be handled one
 * by one at any time; that is up to the caller.
 */
public final class Cluster {
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration TOPOLOGY_ENDS_WITHIN = Duration.ofSeconds(60);
    private static final Duration WORKERS_END_WITHIN = Duration.ofSeconds(10);

    static final String TOPOLOGY_MAIN = "io.lightflow.topology.Main";

    private final ClusterSettings settings;
    private final Parts parts;

    private Cluster(ClusterSettings settings) {
        this.settings = settings;
        this.parts = new Parts(
                settings, Build.ofThisClass(), Ports.in(settings.data().resolve("ports.json")));
    }

    /**
     * A cluster with these settings, which are remembered in its data folder. Starts nothing.
     *
     * @throws IllegalStateException when processes run there that would not belong to it any more, and be forgotten
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
                    "The cluster in %s runs %s, which the new settings leave out; stop it first with `down`"
                            .formatted(settings.data(), forgotten));
        }
        settings.remember();
        return cluster;
    }

    /** The cluster that was once started in that folder, if any. */
    public static Optional<Cluster> in(Path data) {
        return ClusterSettings.rememberedIn(data).map(Cluster::new);
    }

    public ClusterSettings settings() {
        return settings;
    }

    /**
     * This cluster with some ports fixed, for now and later.
     *
     * @throws IllegalArgumentException when there is no such use; the message names those that there are
     * @throws IllegalStateException when a process runs, which would not be found at its new port
     */
    public Cluster withPorts(Map<String, Integer> fixed) {
        for (String use : fixed.keySet()) {
            if (!parts.portUses().contains(use)) {
                throw new IllegalArgumentException(
                        "Nothing listens at a port called '%s'; there are %s".formatted(use, parts.portUses()));
            }
        }
        processes().stream().filter(ClusterProcess::isAlive).findFirst().ifPresent(process -> {
            throw new IllegalStateException(
                    "Ports can be fixed only while the cluster is down, and " + process + " runs");
        });
        Ports ports = Ports.in(settings.data().resolve("ports.json"));
        fixed.forEach(ports::fix);
        return new Cluster(settings);
    }

    /** Where the processes are reached. */
    public Endpoints endpoints() {
        return parts.endpoints();
    }

    /** All of its processes, running or not, in the order in which they start. Workers are not among them. */
    public List<ClusterProcess> processes() {
        return parts.processes();
    }

    /** @throws IllegalArgumentException when the cluster has no such process; the message names those it has */
    public ClusterProcess process(String name) {
        return processes().stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No process '%s' in the cluster; it has %s"
                        .formatted(
                                name,
                                processes().stream().map(ClusterProcess::name).collect(Collectors.joining(", ")))));
    }

    /** The workers that run at this moment, by slot. */
    public List<Worker> workers() {
        return stormChildren().stream()
                .flatMap(process -> Worker.of(process).stream())
                .sorted((left, right) -> Integer.compare(left.port(), right.port()))
                .toList();
    }

    /**
     * Starts what does not run yet, and waits until all of it works. Processes that do not need each other start at the
     * same time. If one fails, those that this call has started are stopped again.
     *
     * @param progress told of each process that has become ready
     * @throws ProcessFailedException when a process does not come up
     */
    public void up(Consumer<String> progress) {
        locked(() -> {
            List<ClusterProcess> started = new ArrayList<>();
            try {
                for (Parts.Wave wave : parts.waves()) {
                    for (ClusterProcess process : wave.processes()) {
                        if (!process.isAlive()) {
                            started.add(process);
                            process.start();
                        }
                    }
                    for (ClusterProcess process : wave.processes()) {
                        process.awaitReady(READY_WITHIN);
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

    /** Stops every process of this cluster, workers included, and nothing else; the data stays. */
    public void down(Consumer<String> progress) {
        locked(() -> stop(processes(), progress));
    }

    /** Stops the process if it runs, starts it, and waits until it works. */
    public void restart(String name) {
        locked(() -> {
            ClusterProcess process = process(name);
            process.stop();
            process.start();
            process.awaitReady(READY_WITHIN);
        });
    }

    /** How to submit a topology to this cluster. */
    public StormJar stormJar() {
        return new StormJar(parts.stormHome());
    }

    /**
     * Submits the topologies of a group, with {@code io.lightflow.topology.Main} of this build.
     *
     * @param settings the group's settings; keys such as {@code ${kafka.central}} are filled in
     * @param options further options of the command {@code submit}
     * @return what it printed
     * @throws ProcessFailedException when it is refused; the message holds what it printed
     */
    public String submit(String group, Path settings, List<String> options) {
        return submit(group, settings, Build.ofThisClass().topologyJar(), TOPOLOGY_MAIN, options);
    }

    String submit(String group, Path settings, Path topologyJar, String mainClass, List<String> options) {
        Path rendered = GroupFile.render(this, group, settings);
        List<String> arguments = new ArrayList<>(List.of("submit", "--settings", rendered.toString()));
        arguments.addAll(options);
        return stormJar().submit(topologyJar, mainClass, arguments);
    }

    /**
     * Submits a topology whose main class comes from a jar of the project.
     *
     * @param library further jars that it needs besides what {@link #submit(String, Path, List)} submits
     * @return what it printed
     * @throws ProcessFailedException when it is refused; the message holds what it printed
     */
    public String submit(Class<?> mainClass, List<Path> library, List<String> arguments) {
        List<Path> jars = new ArrayList<>(library);
        jars.add(Build.ofThisClass().topologyJar());
        return stormJar().submit(Build.jarOf(mainClass), jars, mainClass.getName(), arguments);
    }

    /**
     * Kills a topology at once, and returns when Nimbus has forgotten it and its workers have ended, so that one of the
     * same name can be submitted.
     *
     * @return whether there was a topology of that name
     * @throws ProcessFailedException when Nimbus does not answer, or the topology does not go away
     */
    public boolean killTopology(String topology) {
        try {
            boolean killed = stormClient().kill(topology);
            if (killed && !Deadline.in(TOPOLOGY_ENDS_WITHIN).await(() -> isGone(topology))) {
                throw new ProcessFailedException(
                        "The topology %s is still there %d s after it was killed; see the logs of %s and %s"
                                .formatted(topology, TOPOLOGY_ENDS_WITHIN.toSeconds(), Parts.NIMBUS, Parts.SUPERVISOR));
            }
            return killed;
        } catch (TException e) {
            throw new ProcessFailedException("Cannot kill the topology " + topology + ": Nimbus does not answer", e);
        }
    }

    /** The folder with a worker's logs; a worker that takes its slot for the same topology writes there as well. */
    public Path logsOf(Worker worker) {
        return parts.stormHome().workerLogs().resolve(worker.topologyId()).resolve(Integer.toString(worker.port()));
    }

    /** Deletes the Supervisor's note of which process this worker is, so that it cannot send it a signal. */
    void forgetProcessOf(Worker worker) {
        Path notes = notesOn(worker).resolve("pids");
        try {
            Files.delete(notes.resolve(Long.toString(worker.pid())));
        } catch (IOException e) {
            throw new UncheckedIOException("The Supervisor has no note of " + worker + " in " + notes, e);
        }
    }

    /**
     * Deletes the heartbeats that a worker has left after the Supervisor had done with it. The Supervisor would report
     * them for ever, together with those of other workers with the same tasks, and Nimbus takes every change for a sign
     * of life.
     */
    void forgetHeartbeatsOf(Worker worker) {
        try {
            Resources.deleteFolder(notesOn(worker));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete what " + worker + " has left", e);
        }
    }

    private Path notesOn(Worker worker) {
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
            // Nimbus is away for the moment; whoever waits asks again.
            return false;
        }
    }

    private void stop(List<ClusterProcess> processes, Consumer<String> progress) {
        List<ClusterProcess> lastFirst = new ArrayList<>(processes);
        Collections.reverse(lastFirst);
        for (ClusterProcess process : lastFirst) {
            boolean ran = process.isAlive();
            process.stop();
            if (ran) {
                progress.accept(process.name() + " has stopped");
            }
            if (process.name().equals(Parts.SUPERVISOR)) {
                // Only now: as long as the Supervisor lives it replaces every worker that ends.
                stopStormChildren(progress);
            }
        }
    }

    private void stopStormChildren(Consumer<String> progress) {
        List<OsProcess> children = stormChildren();
        children.forEach(child -> {
            child.signal(Signal.TERM);
            child.signal(Signal.CONT);
        });
        if (!Deadline.in(WORKERS_END_WITHIN).await(() -> stormChildren().isEmpty())) {
            Deadline.in(WORKERS_END_WITHIN).await(() -> {
                List<OsProcess> left = stormChildren();
                left.forEach(child -> child.signal(Signal.KILL));
                return left.isEmpty();
            });
        }
        children.stream()
                .flatMap(child -> Worker.of(child).stream())
                .forEach(worker -> progress.accept(
                        "worker of " + worker.topology() + " (process " + worker.pid() + ") has stopped"));
    }

    /** Workers and their log writers: what the Supervisor of this storm.home has launched. */
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
                    throw new IllegalStateException(
                            "Another command is at work on the cluster in %s; wait until it is done"
                                    .formatted(settings.data()));
                }
                work.run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot lock " + file, e);
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
