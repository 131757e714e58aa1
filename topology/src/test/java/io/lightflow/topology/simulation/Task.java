package io.lightflow.topology.simulation;

import io.lightflow.topology.loop.BlockLoop;
import java.util.List;

/** One task of a topology, in one life of its process. */
final class Task {
    final int number;
    final List<Integer> shards;
    final Perils perils;
    /** Made anew when it dies. */
    Reader reader;
    /** Null before the first batch and after a crash. */
    BlockLoop loop;
    /** Whether it is at work on a batch, standing still for the moment. */
    boolean busy;
    /** Whether it has a successor, and does not know. */
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
