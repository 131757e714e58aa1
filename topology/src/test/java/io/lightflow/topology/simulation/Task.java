package io.lightflow.topology.simulation;

import io.lightflow.topology.loop.BlockLoop;
import java.util.List;

/** One task of a topology, during one lifetime of its process. */
final class Task {
    final int number;
    final List<Integer> shards;
    final Perils perils;
    /** Recreated when it dies. */
    Reader reader;
    /** Null before the first batch and after a crash. */
    BlockLoop loop;
    /** Whether the task is working on a batch, and is currently stalled. */
    boolean busy;
    /** Whether the task has a successor without knowing it. */
    boolean isZombie;

    Task(int number, List<Integer> shards, Perils perils) {
        this.number = number;
        this.shards = shards;
        this.perils = perils;
    }

    @Override
    public String toString() {
        return "task " + number + " of shards " + shards + (isZombie ? ", a zombie," : "");
    }
}
