package io.lightflow.topology.settings;

/** The section of the topology {@code dataflow}. */
public record DataflowSection(Integer parallelism, Integer workers, Integer heapMb) {
    public DataflowSection {
        TaskSpread spread = TaskSpread.of("dataflow", parallelism, workers, heapMb);
        parallelism = spread.parallelism();
        workers = spread.workers();
        heapMb = spread.heapMb();
    }

    public TaskSpread spread() {
        return new TaskSpread(parallelism, workers, heapMb);
    }
}
