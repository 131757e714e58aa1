package io.lightflow.topology.postgres;

import io.lightflow.topology.postgres.PostgresStatisticsSink.Merging;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the rows of small commits are merged, and has it done by another thread, so that no commit waits for it.
 * A merge that fails is tried again after a pause, whatever the cause: the commit before it succeeded, and its rows
 * count where they are.
 *
 * <p>The first failure logs one WARN, and the next success one INFO. Thread-safe.
 */
final class MergeSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(MergeSchedule.class);

    private final Merging merging;
    private final Executor executor;
    /** Rows that were appended since the last merge began; after a failure, there may be others. */
    private long unmerged;

    private long mergedNanos = System.nanoTime();
    private boolean running;
    /** Merges that failed since the last one that succeeded. */
    private int failures;

    /** @param executor runs one merge at a time */
    MergeSchedule(Merging merging, Executor executor) {
        this.merging = merging;
        this.executor = executor;
        unmerged = merging.rows();
    }

    synchronized void appended(int rows) {
        unmerged += rows;
    }

    /** After a failure of a commit, it is unknown how many rows there are. */
    synchronized void forget() {
        unmerged = merging.rows();
    }

    /**
     * Begins a merge if one is due and none runs.
     *
     * @param merge returns how many rows stay
     */
    void runIfDue(LongSupplier merge) {
        synchronized (this) {
            long now = System.nanoTime();
            if (running || !isDue(now - mergedNanos)) {
                return;
            }
            mergedNanos = now;
            unmerged = 0;
            running = true;
        }
        executor.execute(() -> run(merge));
    }

    private void run(LongSupplier merge) {
        long left = merging.rows();
        RuntimeException failure = null;
        try {
            left = merge.getAsLong();
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            ended(left, failure);
        }
    }

    private synchronized void ended(long left, RuntimeException failure) {
        unmerged += left;
        running = false;
        notifyAll();
        if (failure != null) {
            failures++;
            if (failures == 1) {
                LOG.warn("{}. The rows count where they are; the merge is tried again.", failure.getMessage());
                LOG.debug("The merge failed", failure);
            }
        } else if (failures > 0) {
            LOG.info("rows are merged again, after {} merges that failed", failures);
            failures = 0;
        }
    }

    /** Waits for a merge that runs, unless the thread is interrupted. */
    synchronized void awaitEnd() {
        try {
            while (running) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isDue(long sinceNanos) {
        if (failures > 0) {
            return sinceNanos >= merging.retryPause().toNanos();
        }
        return unmerged >= merging.rows()
                || (unmerged > 0 && sinceNanos >= merging.interval().toNanos());
    }
}
