package io.lightflow.distribution.tutorial;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A terminal with a shell, which keeps its folder and its variables between commands. Used by one thread. */
final class Terminal implements AutoCloseable {
    private static final String END = "the commands have ended";
    private static final long POLL_NANOS = 50_000_000;

    private final Path home;
    private final Process shell;
    private final StringBuffer output = new StringBuffer();
    private int typed;

    private Terminal(Path home, Process shell) {
        this.home = home;
        this.shell = shell;
    }

    /**
     * Opens a terminal.
     *
     * @param home the user's home folder, which holds the commands, too
     * @param folder where the shell starts
     */
    static Terminal open(Path home, Path folder) {
        ProcessBuilder builder =
                new ProcessBuilder("sh").directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        builder.environment()
                .merge("PATH", System.getProperty("java.home") + "/bin", (path, java) -> java + ":" + path);
        try {
            Terminal terminal = new Terminal(home, builder.start());
            Thread reader = new Thread(terminal::read, "terminal");
            reader.setDaemon(true);
            reader.start();
            return terminal;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines = shell.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.append(line).append('\n');
            }
        } catch (IOException e) {
            output.append(e).append('\n');
        }
    }

    /** Runs commands to their end, and returns what they have printed. */
    String run(String commands, Duration limit) {
        String end = END + " " + typed;
        int begin = type(commands + "\necho '" + end + "'\n");
        await(said -> said.substring(begin).contains(end), limit);
        return output.substring(begin, output.indexOf(end, begin));
    }

    /** Starts commands that go on until they are stopped. */
    void start(String commands) {
        type(commands);
    }

    /** @return where their output begins */
    private int type(String commands) {
        int begin = output.length();
        Path script = home.resolve("commands-" + typed++ + "-" + shell.pid() + ".sh");
        try {
            Files.writeString(script, commands);
            // No command may read what is typed for the shell.
            Writer keys = shell.outputWriter(StandardCharsets.UTF_8);
            keys.write(". '" + script + "' </dev/null\n");
            keys.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return begin;
    }

    /** Waits until the output of all commands meets a condition. */
    void await(Predicate<String> condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.test(output.toString())) {
            if (!shell.isAlive() || System.nanoTime() - deadline > 0) {
                throw new AssertionError("the commands did not print what they should within " + limit + ": " + output);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Everything that was printed. */
    String output() {
        return output.toString();
    }

    /** Asks the command that runs to end, and waits until it and all that it has started have ended. */
    void stop(Duration limit) {
        List<ProcessHandle> all = shell.descendants().toList();
        shell.children().forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + limit.toNanos();
        while (all.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("the commands did not end within " + limit + ": " + output);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Ends the shell, and whatever still runs in it. */
    @Override
    public void close() {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }
}
