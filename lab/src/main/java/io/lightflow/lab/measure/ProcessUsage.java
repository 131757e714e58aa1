package io.lightflow.lab.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The resource usage of processes on Linux.
 *
 * @param cpuSeconds user and system time, of ended children, too
 * @param peakRssMb the sum of the processes' largest resident sets; memory that they share is counted in each
 */
public record ProcessUsage(double cpuSeconds, long peakRssMb) {
    private static final double TICKS_PER_SECOND = 100;

    /** The usage of the process and its descendants. */
    public static ProcessUsage of(long processId) {
        return sum(tree(processId), 14);
    }

    /** The usage of the process without its children. */
    public static ProcessUsage alone(long processId) {
        return sum(List.of(processId), 12);
    }

    public ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(cpuSeconds + other.cpuSeconds, peakRssMb + other.peakRssMb);
    }

    /** Forgets the peak memory of the process and its descendants. Requires their user, or root. */
    public static void forgetPeak(long processId) {
        for (long pid : tree(processId)) {
            try {
                Files.writeString(Path.of("/proc", Long.toString(pid), "clear_refs"), "5");
            } catch (IOException e) {
                if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
                    continue;
                }
                throw new UncheckedIOException("resetting the peak memory of process " + pid + " failed: " + e, e);
            }
        }
    }

    private static List<Long> tree(long processId) {
        Stream<Long> children = ProcessHandle.of(processId).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid);
        return Stream.concat(Stream.of(processId), children).toList();
    }

    private static ProcessUsage sum(List<Long> processIds, int lastTimeField) {
        double ticks = 0;
        long kilobytes = 0;
        for (long pid : processIds) {
            try {
                String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
                // The second field is the name in parentheses, which may contain spaces.
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                for (int field = 11; field <= lastTimeField; field++) {
                    ticks += Long.parseLong(fields[field]);
                }
                kilobytes += peakRssKb(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")));
            } catch (NoSuchFileException e) {
                // The process has ended, and its parent includes its CPU time.
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException("what process " + pid + " takes cannot be read: " + e, e);
            }
        }
        return new ProcessUsage(ticks / TICKS_PER_SECOND, kilobytes / 1024);
    }

    private static long peakRssKb(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
