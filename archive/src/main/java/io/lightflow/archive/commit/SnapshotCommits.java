package io.lightflow.archive.commit;

import io.lightflow.sink.SinkUnavailableException;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits snapshots that carry the ledger. Three rules make them safe with any catalog:
 *
 * <ul>
 *   <li>A snapshot follows exactly the snapshot whose ledger it changes. Iceberg alone would put it on top of any
 *       other.
 *   <li>A failed commit deletes no file. The catalog may report a failure and have made the commit: a client that
 *       repeats a request after a lost response finds that the pointer has moved, by its own first request.
 *   <li>Every snapshot has a unique id in its summary, by which the next attempt finds it.
 * </ul>
 *
 * <p>Not thread-safe.
 */
class SnapshotCommits {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCommits.class);
    private static final String COMMIT = "lightflow.commit";
    private static final int MAX_ATTEMPTS = 10;

    private final Table table;

    /** @param table whose catalog does not retry commits by itself */
    SnapshotCommits(Table table) {
        this.table = table;
    }

    Table table() {
        return table;
    }

    /** The newest ledger. */
    TableLedger ledger() {
        return available(() -> {
            table.refresh();
            return TableLedger.of(table);
        });
    }

    /**
     * Makes a commit.
     *
     * @param change derives the next ledger from the present one, or throws if the commit may not be made
     * @param content what the commit adds to or removes from the table
     * @param ranges the ranges of offsets that it adds
     * @return the ledger after the commit
     * @throws SinkUnavailableException if the catalog or the storage is unavailable; the commit may have been made, or
     *     may be made later, unless another one follows
     */
    TableLedger commit(UnaryOperator<TableLedger> change, Function<Table, SnapshotUpdate<?>> content, String ranges) {
        String id = UUID.randomUUID().toString();
        RuntimeException conflict = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            TableLedger before = ledger();
            if (attempt > 0 && isCommitted(id)) {
                return before;
            }
            TableLedger after = change.apply(before);
            try {
                available(() -> {
                    make(id, after, content, ranges);
                    return null;
                });
                return after;
            } catch (CommitFailedException | ValidationException e) {
                conflict = e;
            }
        }
        throw new SinkUnavailableException(
                "other writers changed " + table.name() + " during " + MAX_ATTEMPTS + " attempts to commit", conflict);
    }

    private void make(String id, TableLedger after, Function<Table, SnapshotUpdate<?>> content, String ranges) {
        Snapshot head = table.currentSnapshot();
        SnapshotUpdate<?> update = content.apply(table);
        after.encode().forEach(update::set);
        update.set(COMMIT, id);
        update.set(OffsetRanges.PROPERTY, ranges);
        update.validateWith(follows(head));
        update.deleteWith(this::discard);
        update.commit();
    }

    /** The orphan clean-up deletes it, once no commit can refer to it any more. */
    private void discard(String file) {
        LOG.debug("{} of {} stays until the clean-up", file, table.name());
    }

    SnapshotAncestryValidator follows(Snapshot head) {
        return ancestry -> {
            for (Snapshot newest : ancestry) {
                return head != null && newest.snapshotId() == head.snapshotId();
            }
            return head == null;
        };
    }

    boolean isCommitted(String id) {
        for (Snapshot at = table.currentSnapshot();
                at != null;
                at = at.parentId() == null ? null : table.snapshot(at.parentId())) {
            if (id.equals(at.summary().get(COMMIT))) {
                return true;
            }
        }
        return false;
    }

    /** An action that the catalog or the storage may fail. */
    @FunctionalInterface
    interface Action<T> {
        T run();
    }

    /** Whatever else fails leaves the outcome open. */
    private <T> T available(Action<T> action) {
        try {
            return action.run();
        } catch (CommitFailedException | ValidationException | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SinkUnavailableException("the table " + table.name() + " is unavailable: " + e, e);
        }
    }
}
