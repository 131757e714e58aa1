package io.lightflow.sql;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What one query may use.
 *
 * @param memoryMb memory of the engine, outside the Java heap, MiB; larger results go to {@code temporary}
 * @param diskMb most MiB of what does not fit into memory
 * @param threads threads that work on a query
 * @param timeout after which a query is cancelled
 * @param maxRows rows of a result
 * @param temporary existing folder for results and for what does not fit into memory
 */
public record SqlLimits(int memoryMb, int diskMb, int threads, Duration timeout, long maxRows, Path temporary) {
    public SqlLimits {
        require("memory", memoryMb, 64, "MiB");
        require("disk", diskMb, 1, "MiB");
        require("threads", threads, 1, "threads");
        require("timeout", timeout.toMillis(), 1, "ms");
        require("rows", maxRows, 1, "rows");
    }

    private static void require(String what, long found, long least, String unit) {
        if (found < least) {
            throw new IllegalArgumentException(
                    "the limit of " + what + ": expected at least " + least + " " + unit + ", found " + found);
        }
    }
}
