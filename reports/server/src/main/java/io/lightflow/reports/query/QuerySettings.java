package io.lightflow.reports.query;

import io.lightflow.time.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The settings of queries over events. Each query runs in a process of its own, which is kept for the next one.
 *
 * @param groups files with the settings of the groups whose events can be queried
 * @param processes queries at the same time
 * @param memoryMb memory of a query, MiB, beside the process's own
 * @param diskMb most MiB of what does not fit into memory
 * @param copiesMb most MiB that each process keeps of files that are in HDFS or S3
 * @param threads threads of a query
 * @param timeout after which a query is cancelled
 * @param maxRows rows of a result
 * @param maxUnarchived most records of a table that a query reads from Kafka, since they are not archived yet
 * @param temporary existing folder for results, copies of files and what does not fit into memory
 */
public record QuerySettings(
        List<Path> groups,
        int processes,
        int memoryMb,
        int diskMb,
        int copiesMb,
        int threads,
        Duration timeout,
        long maxRows,
        long maxUnarchived,
        Path temporary) {
    public QuerySettings {
        groups = List.copyOf(groups);
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("queries.groups is empty: name the settings file of a group");
        }
        require("processes", processes, 1, 64);
        require("memoryMb", memoryMb, 64, 1 << 20);
        require("diskMb", diskMb, 64, 1 << 30);
        require("copiesMb", copiesMb, 64, 1 << 30);
        require("threads", threads, 1, 256);
        require("maxRows", maxRows, 1, 10_000_000);
        require("maxUnarchived", maxUnarchived, 1, 100_000_000);
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("queries.timeout must be 1s to 1h, but is " + Durations.format(timeout));
        }
    }

    private static void require(String key, long found, long least, long most) {
        if (found < least || found > most) {
            throw new IllegalArgumentException(
                    "queries." + key + " must be " + least + " to " + most + ", but is " + found);
        }
    }

    /** The same settings with another folder. */
    QuerySettings in(Path newTemporary) {
        return new QuerySettings(
                groups, processes, memoryMb, diskMb, copiesMb, threads, timeout, maxRows, maxUnarchived, newTemporary);
    }

    /** The defaults for these groups. */
    public static QuerySettings of(List<Path> groups) {
        return new QuerySettings(
                groups,
                2,
                1_024,
                4_096,
                10_240,
                2,
                Duration.ofSeconds(30),
                100_000,
                1_000_000,
                Path.of(System.getProperty("java.io.tmpdir")));
    }
}
