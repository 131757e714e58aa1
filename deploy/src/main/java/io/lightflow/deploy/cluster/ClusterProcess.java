package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One process of the cluster. Its state is on disk and in the operating system, not in this object. Its directory
 * contains {@code pid}, {@code launch.json}, {@code conf/}, {@code data/} and {@code logs/} (its log files, and
 * {@code output.log} with its output).
 *
 * <p>The process outlives the JVM that started it. Different processes may be used concurrently, but two threads must
 * not start the same process at once.
 */
public final class ClusterProcess {
    private static final Duration EXEC_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(20);
    /** A process that has ended stays in the process table until its parent reads the exit status. */
    private static final Duration REAP_TIMEOUT = Duration.ofSeconds(5);

    private static final int TAIL_LINES = 25;

    private final ProcessSpec spec;
    private final Readiness readiness;
    private final Runnable preparation;

    /** @param preparation writes what the process needs (settings, empty storage) before each start; idempotent */
    ClusterProcess(ProcessSpec spec, Readiness readiness, Runnable preparation) {
        this.spec = spec;
        this.readiness = readiness;
        this.preparation = preparation;
    }

    public String name() {
        return spec.name();
    }

    /** The launch description. */
    public ProcessSpec spec() {
        return spec;
    }

    /** The file with the process id, which exists from the start to an orderly stop. */
    public Path pidFile() {
        return spec.directory().resolve("pid");
    }

    /** The directory of its logs. */
    public Path logs() {
        return spec.directory().resolve("logs");
    }

    /** The process id while it runs, even if frozen. */
    public OptionalLong pid() {
        return running().map(process -> OptionalLong.of(process.pid())).orElse(OptionalLong.empty());
    }

    /** Whether it runs, ready or not; a frozen process is alive. */
    public boolean isAlive() {
        return running().isPresent();
    }

    /** Whether the process is ready now. Takes at most a few seconds. */
    public boolean isReady() {
        try {
            readiness.check();
            return isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception e) {
            return false;
        }
    }

    /**
     * Starts the process and returns when the operating system runs it; {@link #awaitReady} waits until it is ready.
     *
     * @throws IllegalStateException if it already runs
     * @throws ProcessFailedException if launching fails
     */
    public void start() {
        OptionalLong already = pid();
        if (already.isPresent()) {
            throw new IllegalStateException(
                    "Starting " + name() + " failed: it already runs as process " + already.getAsLong());
        }
        try {
            Files.createDirectories(logs());
            Files.createDirectories(spec.directory().resolve("tmp"));
            Files.writeString(spec.directory().resolve("launch.json"), spec.toJson());
            Files.deleteIfExists(pidFile());
            preparation.run();
            ProcessBuilder builder = new ProcessBuilder(detached())
                    .directory(spec.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
            builder.environment().clear();
            builder.environment().putAll(spec.environment());
            Process launched = builder.start();
            Deadline.in(EXEC_TIMEOUT).await(() -> isAlive() || !launched.isAlive());
        } catch (IOException e) {
            throw new ProcessFailedException("Starting " + name() + " in " + spec.directory() + " failed", e);
        }
    }

    /**
     * Waits until the process is ready.
     *
     * @throws ProcessFailedException if it ends first, or is not ready in time
     */
    public void awaitReady(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        List<Exception> why = new ArrayList<>();
        boolean decided = deadline.await(() -> {
            try {
                readiness.check();
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } catch (Exception e) {
                why.clear();
                why.add(e);
            }
            return !isAlive() && !startedAgain();
        });
        if (!isAlive()) {
            throw new ProcessFailedException("%s ended before it was ready. %s".formatted(name(), lastOutput()));
        }
        if (!decided) {
            throw new ProcessFailedException(
                    "%s was not ready within %d s. %s".formatted(name(), timeout.toSeconds(), lastOutput()),
                    why.get(0));
        }
    }

    /**
     * Stops the process in an orderly way, and kills it if that takes longer than its launch description allows. It
     * resumes a frozen process first. Does nothing if the process does not run.
     */
    public void stop() {
        running().ifPresent(process -> {
            process.signal(spec.stopSignal());
            process.signal(Signal.CONT);
            if (!Deadline.in(spec.stopWithin()).await(() -> !process.isRunning())) {
                kill(process);
            }
        });
        try {
            Files.deleteIfExists(pidFile());
        } catch (IOException e) {
            throw new UncheckedIOException("Deleting the pid file of " + name() + ", which has ended, failed", e);
        }
    }

    /** Kills the process (SIGKILL) and waits until it has ended. Its pid file stays, as after any crash. */
    public void kill() {
        running().ifPresent(this::kill);
    }

    /** Kills the process and its children at the same moment, like a power failure. */
    public void killWithChildren() {
        running().ifPresent(process -> {
            List<OsProcess> children = ProcessHandle.of(process.pid()).stream()
                    .flatMap(ProcessHandle::descendants)
                    .flatMap(child -> OsProcess.of(child.pid()).stream())
                    .toList();
            process.signal(Signal.KILL);
            children.forEach(child -> child.signal(Signal.KILL));
            kill(process);
            children.forEach(this::kill);
        });
    }

    /**
     * Freezes the process (SIGSTOP): until {@link #resume} it keeps its connections and locks, but does not respond.
     */
    public void freeze() {
        running().ifPresent(process -> process.signal(Signal.STOP));
    }

    /** Resumes a frozen process (SIGCONT). */
    public void resume() {
        running().ifPresent(process -> process.signal(Signal.CONT));
    }

    @Override
    public String toString() {
        OptionalLong pid = pid();
        return name() + (pid.isPresent() ? " (process " + pid.getAsLong() + ")" : " (not running)");
    }

    private Path output() {
        return logs().resolve("output.log");
    }

    private Optional<OsProcess> running() {
        try {
            String pid = Files.readString(pidFile()).strip();
            return pid.isEmpty()
                    ? Optional.empty()
                    : OsProcess.of(Long.parseLong(pid)).filter(process -> process.has(spec.marker()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the pid file of " + name() + " failed", e);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "Expected %s to contain only the process id of %s. Find the process, end it, and delete the file."
                            .formatted(pidFile(), name()),
                    e);
        }
    }

    private void kill(OsProcess process) {
        process.signal(Signal.KILL);
        if (!Deadline.in(KILL_TIMEOUT).await(() -> !process.isRunning())) {
            throw new ProcessFailedException(
                    "%s (process %d) still exists %d s after SIGKILL; a disk or file system may block it in the kernel."
                            .formatted(name(), process.pid(), KILL_TIMEOUT.toSeconds()));
        }
        // PostgreSQL assumes that a listed process id has its data open.
        Deadline.in(REAP_TIMEOUT).await(() -> !process.isListed());
    }

    /**
     * The shell writes its process id and then executes the program, so every process has a pid file. A separate
     * session isolates it from the terminal's Ctrl-C and hang-up.
     */
    private List<String> detached() {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(List.of(
                "/bin/sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", pidFile().toString()));
        command.addAll(spec.command());
        return command;
    }

    private boolean startedAgain() {
        boolean again = spec.retryStartWhen()
                .filter(cause -> cause.matcher(lastOutput()).find())
                .isPresent();
        if (again) {
            start();
        }
        return again;
    }

    private String lastOutput() {
        Path output = output();
        if (!Files.exists(output)) {
            return "It printed nothing.";
        }
        try {
            List<String> lines =
                    Files.readString(output, StandardCharsets.UTF_8).lines().toList();
            List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
            return "The end of %s:%n%s".formatted(output, String.join(System.lineSeparator(), tail));
        } catch (IOException e) {
            return "Reading its output in " + output + " failed: " + e.getMessage();
        }
    }
}
