package io.lightflow.deploy.local;

import io.lightflow.deploy.jvm.JavaFlags;
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
 * Runs a main class of this class path in a separate process, so that its resource usage is measured separately. It
 * ends with this process, even if this one is killed: it stops at the end of its standard input. Its standard error
 * goes to that of this process.
 *
 * <p>It can be started once. Not thread-safe.
 */
public final class ForkedProcess implements AutoCloseable {
    private static final Duration END_TIMEOUT = Duration.ofSeconds(30);
    private static final String LOG_LEVEL = "lightflow.log.level";

    private final Class<?> main;
    private final List<String> javaOptions;
    private final List<String> arguments;
    private Process process;

    /** @param main a class whose {@code main} calls {@link #serveAt}, and ends the process when that returns */
    public ForkedProcess(Class<?> main, List<String> javaOptions, String... arguments) {
        this.main = main;
        this.javaOptions = List.copyOf(javaOptions);
        this.arguments = List.of(arguments);
    }

    /**
     * Starts the process, and returns when it is ready.
     *
     * @return its address
     * @throws IllegalStateException if the process ends first
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
            throw new UncheckedIOException("Starting the process of " + main.getSimpleName() + " failed: " + e, e);
        }
        if (address == null) {
            throw new IllegalStateException("The process of " + main.getSimpleName() + " ended before it was ready");
        }
        return address;
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            // Ctrl-C reaches only this process, which ends the other one when it no longer needs it.
            command.add(setsid.toString());
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JavaFlags.withoutWarnings());
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

    public long id() {
        return process.pid();
    }

    /**
     * CPU time on all cores since its start, without child processes; empty if the operating system does not report it.
     */
    public Optional<Duration> cpu() {
        return process.info().totalCpuDuration();
    }

    /** Ends the process and waits for its end, even if interrupted. Does nothing if it was not started. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException("Signalling the process of " + main.getSimpleName() + " to stop failed", e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Reports from within the process that it is ready; returns when the process must stop. */
    public static void serveAt(String address) throws IOException {
        System.out.println(address);
        int endOfInput;
        do {
            endOfInput = System.in.read();
        } while (endOfInput != -1);
    }
}
