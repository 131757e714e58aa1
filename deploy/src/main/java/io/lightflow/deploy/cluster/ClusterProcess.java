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
 * One process of the cluster, whoever started it: the state is on disk and in the operating system, not in this object.
 * Its folder holds {@code pid}, {@code launch.json}, {@code logs/} (its own log files, and {@code output.log} with all
 * that it printed), {@code conf/} and {@code data/}.
 *
 * <p>The process outlives the JVM that started it. Thread-safe as far as different processes are concerned; one process
 * must not be started by two threads at once.
 */
public final class ClusterProcess {
    private static final Duration UNTIL_EXEC = Duration.ofSeconds(10);
    private static final Duration UNTIL_KILLED = Duration.ofSeconds(20);
    /** A process that ended long ago may stand in the table for ever where nobody asks for its exit status. */
    private static final Duration UNTIL_UNLISTED = Duration.ofSeconds(5);

    private static final int TAIL_LINES = 25;

    private final ProcessSpec spec;
    private final Readiness readiness;
    private final Runnable preparation;

    /**
     * @param preparation writes what the process needs (settings, empty storage); run before each start, so idempotent
     */
    ClusterProcess(ProcessSpec spec, Readiness readiness, Runnable preparation) {
        this.spec = spec;
        this.readiness = readiness;
        this.preparation = preparation;
    }

    public String name() {
        return spec.name();
    }

    /** How it is launched. */
    public ProcessSpec spec() {
        return spec;
    }

    /** The file with its process id, which is there from start to orderly stop. */
    public Path pidFile() {
        return spec.directory().resolve("pid");
    }

    /** The folder with all of its logs. */
    public Path logs() {
        return spec.directory().resolve("logs");
    }

    /** Its process id while it runs (also while it is frozen). */
    public OptionalLong pid() {
        return running().map(process -> OptionalLong.of(process.pid())).orElse(OptionalLong.empty());
    }

    /** Whether it runs, ready or not; a frozen process is alive. */
    public boolean isAlive() {
        return running().isPresent();
    }

    /** Whether it does its work at this moment. Takes a few seconds at most. */
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
     * Starts it and returns when the operating system runs it; {@link #awaitReady} waits until it works.
     *
     * @throws IllegalStateException when it runs already
     * @throws ProcessFailedException when it cannot be launched
     */
    public void start() {
        OptionalLong already = pid();
        if (already.isPresent()) {
            throw new IllegalStateException("Cannot start " + name() + ": it runs as process " + already.getAsLong());
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
            Deadline.in(UNTIL_EXEC).await(() -> isAlive() || !launched.isAlive());
        } catch (IOException e) {
            throw new ProcessFailedException("Cannot start " + name() + " in " + spec.directory(), e);
        }
    }

    /**
     * Waits until it does its work.
     *
     * @throws ProcessFailedException when it ends before, or is not ready in time
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
     * Ends it in its orderly way; if that takes longer than its launch description allows, kills it. A frozen process
     * is let go on first. Does nothing when it does not run.
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
            throw new UncheckedIOException("Cannot delete the pid file of " + name() + ", which has ended", e);
        }
    }

    /** Kills it (SIGKILL) and waits until it is gone. Its pid file stays, as after any crash. */
    public void kill() {
        running().ifPresent(this::kill);
    }

    /**
     * Kills it and all processes that it has launched, without giving any of them time to notice, as a power cut would.
     */
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

    /** Freezes it (SIGSTOP): it keeps its connections and locks, and answers nobody, until {@link #resume}. */
    public void freeze() {
        running().ifPresent(process -> process.signal(Signal.STOP));
    }

    /** Lets a frozen process go on (SIGCONT). */
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
            throw new UncheckedIOException("Cannot read the pid file of " + name(), e);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    ("%s should hold the process id of %s, and nothing else. Find the process, end it, and delete the"
                                    + " file.")
                            .formatted(pidFile(), name()),
                    e);
        }
    }

    private void kill(OsProcess process) {
        process.signal(Signal.KILL);
        if (!Deadline.in(UNTIL_KILLED).await(() -> !process.isRunning())) {
            throw new ProcessFailedException(
                    ("%s (process %d) is still there %d s after SIGKILL; it may hang in the kernel on a disk or a file"
                                    + " system.")
                            .formatted(name(), process.pid(), UNTIL_KILLED.toSeconds()));
        }
        // PostgreSQL takes an id that is in the table for a process that has its data open.
        Deadline.in(UNTIL_UNLISTED).await(() -> !process.isListed());
    }

    /**
     * The shell writes its own process id and then becomes the program, so there is never a process without a pid file.
     * A session of its own keeps it away from the terminal's Ctrl-C and hang-up.
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
            return "Its output in " + output + " cannot be read: " + e.getMessage();
        }
    }
}
