package io.lightflow.topology.settings;

import java.time.Duration;

/**
 * The section of the topology {@code stats-counter}.
 *
 * @param microBatch the longest time between two commits of statistics
 * @param maxRows number of minute rows in memory that causes an early commit
 */
public record StatisticsSection(
        Integer parallelism, Integer workers, Integer heapMb, Duration microBatch, Integer maxRows) {
    public StatisticsSection {
        TaskSpread spread = TaskSpread.of("statistics", parallelism, workers, heapMb);
        parallelism = spread.parallelism();
        workers = spread.workers();
        heapMb = spread.heapMb();
        microBatch = Require.within(
                "statistics.microBatch",
                Require.orElse(microBatch, Duration.ofSeconds(15)),
                Duration.ofSeconds(1),
                Duration.ofHours(1));
        maxRows = Require.within("statistics.maxRows", Require.orElse(maxRows, 100_000), 1, 10_000_000);
    }

    public TaskSpread spread() {
        return new TaskSpread(parallelism, workers, heapMb);
    }
}
