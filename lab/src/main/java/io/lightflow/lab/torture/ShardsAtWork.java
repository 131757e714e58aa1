package io.lightflow.lab.torture;

import io.lightflow.position.Position;
import java.util.List;
import java.util.function.Supplier;

/** Looks at the shards of a topology after a fault, and tells when they go on. Belongs to one thread. */
final class ShardsAtWork {
    private final Supplier<List<Position>> positions;
    private final Moment fault;
    private List<Position> before;
    private long firstCommitNanos;
    private boolean committed;

    /** @param positions of all shards, in the same order each time; empty if they cannot be told now */
    ShardsAtWork(Supplier<List<Position>> positions, Moment fault) {
        this.positions = positions;
        this.fault = fault;
        this.before = positions.get();
    }

    /** Whether every shard has committed something that was fed after the fault; false if that cannot be told now. */
    boolean areBeyond() {
        List<Position> now = positions.get();
        if (now.isEmpty()) {
            return false;
        }
        boolean beyond = now.stream().allMatch(position -> position.watermark() > fault.fedMs());
        if (before.isEmpty()) {
            before = now;
        }
        if (!committed && (beyond || !now.equals(before))) {
            committed = true;
            firstCommitNanos = System.nanoTime();
        }
        return beyond;
    }

    /** From the fault until there was another position than at once, to the accuracy of a look. */
    double secondsToFirstCommit() {
        if (!committed) {
            throw new IllegalStateException("Expected a commit of a shard, found none");
        }
        return (firstCommitNanos - fault.nanos()) / 1e9;
    }
}
