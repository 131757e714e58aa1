package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process of the operating system, identified by its id and its command line. Checking the command line before every
 * signal prevents signals to another process with a recycled id.
 *
 * @param pid the process id
 * @param arguments the command line, program first; never empty
 */
record OsProcess(long pid, List<String> arguments) {
    private static final Path PROC = Path.of("/proc");

    OsProcess {
        arguments = List.copyOf(arguments);
    }

    /** The running process with that id; empty if there is none, or if only its exit status is left. */
    static Optional<OsProcess> of(long pid) {
        List<String> arguments = Files.isDirectory(PROC) ? argumentsFromProc(pid) : argumentsFromHandle(pid);
        return arguments.isEmpty() ? Optional.empty() : Optional.of(new OsProcess(pid, arguments));
    }

    /** All running processes with exactly this argument on their command line. */
    static List<OsProcess> withArgument(String argument) {
        List<OsProcess> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .forEach(pid -> of(pid).filter(process -> process.has(argument)).ifPresent(found::add));
        return found;
    }

    boolean has(String argument) {
        return arguments.contains(argument);
    }

    /** Whether this process, with this command line, still runs. */
    boolean isRunning() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** Whether its id is in the process table, possibly only with an unread exit status. */
    boolean isListed() {
        return Files.isDirectory(PROC)
                ? Files.exists(PROC.resolve(Long.toString(pid)))
                : ProcessHandle.of(pid).isPresent();
    }

    /**
     * Sends the signal if the process still runs.
     *
     * @throws IllegalStateException if the signal is denied although the process runs
     */
    void signal(Signal signal) {
        if (!isRunning()) {
            return;
        }
        try {
            // Uses the shell's built-in kill, because not every system has the program.
            Process kill = new ProcessBuilder(
                            "/bin/sh", "-c", "kill -s \"$0\" \"$1\"", signal.name(), Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            kill.waitFor(5, TimeUnit.SECONDS);
            if (kill.exitValue() != 0 && isRunning()) {
                throw new IllegalStateException(
                        "Sending SIG%s to process %d failed: %s. Check whether it belongs to another user."
                                .formatted(signal, pid, output.strip()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Running `kill` to send SIG" + signal + " to process " + pid + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + signal + " to process " + pid, e);
        }
    }

    private static List<String> argumentsFromProc(long pid) {
        try {
            String line =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("cmdline"), StandardCharsets.ISO_8859_1);
            return line.isEmpty() ? List.of() : List.of(line.split("\0"));
        } catch (IOException e) {
            // The process ended between listing and reading.
            return List.of();
        }
    }

    private static List<String> argumentsFromHandle(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::info)
                .flatMap(info -> info.command().map(command -> {
                    List<String> arguments = new ArrayList<>();
                    arguments.add(command);
                    info.arguments().ifPresent(rest -> arguments.addAll(List.of(rest)));
                    return arguments;
                }))
                .orElse(new ArrayList<>());
    }
}
