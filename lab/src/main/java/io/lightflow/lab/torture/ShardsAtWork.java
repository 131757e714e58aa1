package io.lightflow.lab.torture;

import io.lightflow.position.Position;
import java.util.List;
import java.util.function.Supplier;

/** Polls the shards of a topology after a fault, and detects when they resume. Confined to one thread. */
final class ShardsAtWork {
    private final Supplier<List<Position>> positions;
    private final Moment fault;
    private List<Position> before;
    private long firstCommitNanos;
    private boolean committed;

    /** @param positions positions of all shards, always in the same order; empty while the ledger is unavailable */
    ShardsAtWork(Supplier<List<Position>> positions, Moment fault) {
        this.positions = positions;
        this.fault = fault;
        this.before = positions.get();
    }

    /** Whether every shard has committed an event fed after the fault. False while the ledger is unavailable. */
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

    /** Time from the fault to the first changed position, accurate to one polling interval. */
    double secondsToFirstCommit() {
        if (!committed) {
            throw new IllegalStateException("Expected a commit of a shard, found none");
        }
        return (firstCommitNanos - fault.nanos()) / 1e9;
    }
}
