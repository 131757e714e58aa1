package io.lightflow.archive.commit;

import io.lightflow.archive.table.RecordColumns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** Ends what a table no longer has to keep: hours of events, and snapshots. Not thread-safe. */
public final class Retention {
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();

    private final Table table;
    private final InstantSource clock;

    public Retention(Table table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    /**
     * Removes whole hours of events that ended before the retention. Their files stay until the snapshots that refer to
     * them expire.
     *
     * @return whether there were any
     */
    public boolean removeEvents(Duration keep) {
        long hour = Math.floorDiv(clock.millis() - keep.toMillis(), HOUR_MS);
        Expression old = Expressions.lessThan(RecordColumns.EVENT_TIME, hour * HOUR_MS * 1000);
        table.refresh();
        if (!hasFiles(old)) {
            return false;
        }
        new SnapshotCommits(table)
                .commit(UnaryOperator.identity(), fresh -> fresh.newDelete().deleteFromRowFilter(old), "[]");
        return true;
    }

    private boolean hasFiles(Expression filter) {
        try (CloseableIterable<FileScanTask> files =
                table.newScan().filter(filter).planFiles()) {
            return files.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the files of " + table.name(), e);
        }
    }

    /** Removes snapshots, and the files that only they refer to. The current one stays, with the ledger. */
    public void expireSnapshots(Duration keep) {
        table.refresh();
        table.expireSnapshots()
                .expireOlderThan(clock.millis() - keep.toMillis())
                .retainLast(1)
                .commit();
    }
}
