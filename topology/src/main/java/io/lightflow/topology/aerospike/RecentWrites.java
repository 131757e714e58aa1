package io.lightflow.topology.aerospike;

import io.lightflow.store.NewCell;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Recent writes, which may not be on a disk yet. Times are those of {@link System#nanoTime}. Thread-safe. */
final class RecentWrites {
    private final long flushNanos;
    private final Deque<Write> writes = new ArrayDeque<>();

    /** Cells that are being written or were. Guarded by the {@link RecentWrites}. */
    static final class Write {
        private final List<NewCell> cells;
        private boolean isDone;
        private long doneNanos;

        private Write(List<NewCell> cells) {
            this.cells = cells;
        }
    }

    /** @param flushTime after which a write is on a disk, if the node lives */
    RecentWrites(Duration flushTime) {
        this.flushNanos = flushTime.toNanos();
    }

    /** Call it before the cells are written. */
    synchronized Write begin(List<NewCell> cells) {
        Write write = new Write(cells);
        writes.addLast(write);
        return write;
    }

    synchronized void done(Write write, long nowNanos) {
        write.isDone = true;
        write.doneNanos = nowNanos;
    }

    synchronized void forget(Write write) {
        writes.remove(write);
    }

    /** All nodes have lived from each write until then: old enough writes are on their disks. */
    synchronized void areThere(long untilNanos) {
        writes.removeIf(write -> write.isDone && untilNanos - write.doneNanos > flushNanos);
    }

    /** Everything was written again. */
    synchronized void doneAgain(long nowNanos) {
        writes.forEach(write -> write.doneNanos = nowNanos);
    }

    synchronized List<NewCell> all() {
        List<NewCell> all = new ArrayList<>();
        writes.forEach(write -> all.addAll(write.cells));
        return all;
    }
}
