package io.lightflow.deploy.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A main class of this class path in a process of its own, so that what it takes can be told from what this one takes.
 * It ends with this process, also when this one is killed: it reads its standard input, and stops at the end of it.
 * What it says on standard error is shown here.
 *
 * <p>Started once; not thread-safe.
 */
public final class ForkedProcess implements AutoCloseable {
    private static final Duration END_WITHIN = Duration.ofSeconds(30);
    private static final String LOG_LEVEL = "lightflow.log.level";

    private final Class<?> main;
    private final List<String> javaOptions;
    private final List<String> arguments;
    private Process process;

    /** @param main whose {@code main} calls {@link #answerAt}, and ends the process when that returns */
    public ForkedProcess(Class<?> main, List<String> javaOptions, String... arguments) {
        this.main = main;
        this.javaOptions = List.copyOf(javaOptions);
        this.arguments = List.of(arguments);
    }

    /**
     * Returns when it answers.
     *
     * @return where
     * @throws IllegalStateException if it ends before
     */
    public String start() {
        String address;
        try {
            process = new ProcessBuilder(command())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            address = output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("the process of " + main.getSimpleName() + " does not start: " + e, e);
        }
        if (address == null) {
            throw new IllegalStateException("the process of " + main.getSimpleName() + " ended before it answered");
        }
        return address;
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            // Ctrl-C is for this process, which ends the other when it no longer needs it.
            command.add(setsid.toString());
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.add("-XX:-UsePerfData");
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        if (System.getProperty(LOG_LEVEL) != null) {
            command.add("-D" + LOG_LEVEL + "=" + System.getProperty(LOG_LEVEL));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
    }

    long id() {
        return process.pid();
    }

    /** Time on all cores since its start, without its children's; empty where the operating system does not tell. */
    public Optional<Duration> cpu() {
        return process.info().totalCpuDuration();
    }

    /** Ends it and waits for that, also if interrupted; does nothing if it has not been started. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException(
                    "the process of " + main.getSimpleName() + " did not hear that it is to stop", e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Called in the process when it answers; returns when it is to stop. */
    public static void answerAt(String address) throws IOException {
        System.out.println(address);
        int endOfInput;
        do {
            endOfInput = System.in.read();
        } while (endOfInput != -1);
    }
}
