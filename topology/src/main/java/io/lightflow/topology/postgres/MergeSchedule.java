package io.lightflow.topology.postgres;

import io.lightflow.topology.postgres.PostgresStatisticsSink.Merging;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the rows of small commits are merged. A merge that fails is tried again after a pause, whatever the
 * cause: the commit before it succeeded, and its rows count where they are.
 *
 * <p>The first failure logs one WARN, and the next success one INFO. Not thread-safe.
 */
final class MergeSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(MergeSchedule.class);

    private final Merging merging;
    /** Rows that were appended since the last merge; after a failure, there may be others. */
    private long unmerged;

    private long mergedNanos = System.nanoTime();
    /** Merges that failed since the last one that succeeded. */
    private int failures;

    MergeSchedule(Merging merging) {
        this.merging = merging;
        unmerged = merging.rows();
    }

    void appended(int rows) {
        unmerged += rows;
    }

    /** After a failure of a commit, it is unknown how many rows there are. */
    void forget() {
        unmerged = merging.rows();
    }

    /** @param merge returns how many rows stay */
    void runIfDue(LongSupplier merge) {
        long now = System.nanoTime();
        if (!isDue(now - mergedNanos)) {
            return;
        }
        mergedNanos = now;
        try {
            unmerged = merge.getAsLong();
        } catch (RuntimeException e) {
            failures++;
            if (failures == 1) {
                LOG.warn("{}. The rows count where they are; the merge is tried again.", e.getMessage());
                LOG.debug("The merge failed", e);
            }
            return;
        }
        if (failures > 0) {
            LOG.info("rows are merged again, after {} merges that failed", failures);
            failures = 0;
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
