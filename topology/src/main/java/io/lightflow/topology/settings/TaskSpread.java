package io.lightflow.topology.settings;

/**
 * How Storm spreads a topology.
 *
 * @param parallelism number of tasks that share the shards
 * @param workers number of worker processes
 * @param heapMb Java heap of each worker
 */
public record TaskSpread(int parallelism, int workers, int heapMb) {

    /** Reads the keys of a section; an absent key has its default. */
    static TaskSpread of(String section, Integer parallelism, Integer workers, Integer heapMb) {
        return new TaskSpread(
                Require.within(section + ".parallelism", Require.orElse(parallelism, 1), 1, 4096),
                Require.within(section + ".workers", Require.orElse(workers, 1), 1, 4096),
                Require.within(section + ".heapMb", Require.orElse(heapMb, 1024), 64, 1_000_000));
    }
}
