package io.lightflow.topology.rocksdb;

import io.lightflow.time.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where a RocksDB join store keeps its rows and its event log, how long, and with how much memory.
 *
 * @param directory its own directory, made when absent; every task of the process that names it shares one database
 * @param retention how long a cell can be read at least after it was written; it is gone at the latest after about
 *     twice that time. At least one minute
 * @param blockCacheMb memory for blocks read from disk, in MiB, at least 8. Another 100 MiB at most goes to what is not
 *     on disk yet
 */
public record RocksDbSettings(Path directory, Duration retention, int blockCacheMb) {
    public static final int DEFAULT_BLOCK_CACHE_MB = 128;

    private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);
    private static final int SMALLEST_BLOCK_CACHE_MB = 8;

    public RocksDbSettings {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(retention, "retention");
        directory = directory.toAbsolutePath().normalize();
        if (retention.compareTo(SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException("retention of the RocksDB join store in " + directory + " is "
                    + Durations.format(retention) + ", but must be at least "
                    + Durations.format(SHORTEST_RETENTION));
        }
        if (blockCacheMb < SMALLEST_BLOCK_CACHE_MB) {
            throw new IllegalArgumentException("blockCacheMb of the RocksDB join store in " + directory + " is "
                    + blockCacheMb + ", but must be at least " + SMALLEST_BLOCK_CACHE_MB);
        }
    }

    /** With the default cache. */
    public RocksDbSettings(Path directory, Duration retention) {
        this(directory, retention, DEFAULT_BLOCK_CACHE_MB);
    }
}
