package io.lightflow.topology.archive;

import io.lightflow.archive.catalog.DiscardedMetrics;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.relocated.com.google.common.util.concurrent.MoreExecutors;

/** A table whose changes and scans run on the caller's thread, so that their calls have one order. */
final class SingleThreadedTable extends BaseTable {
    private static final long serialVersionUID = 1L;

    private static final ExecutorService CALLER = MoreExecutors.newDirectExecutorService();

    SingleThreadedTable(TableOperations operations, String name) {
        super(operations, name, new DiscardedMetrics());
    }

    private static <T extends SnapshotUpdate<T>> T onCaller(T update) {
        return update.scanManifestsWith(CALLER).writeManifestsWith(CALLER, 1);
    }

    @Override
    public AppendFiles newAppend() {
        return onCaller(super.newAppend());
    }

    @Override
    public AppendFiles newFastAppend() {
        return onCaller(super.newFastAppend());
    }

    @Override
    public RewriteFiles newRewrite() {
        return onCaller(super.newRewrite());
    }

    @Override
    public DeleteFiles newDelete() {
        return onCaller(super.newDelete());
    }

    @Override
    public ExpireSnapshots expireSnapshots() {
        return super.expireSnapshots().planWith(CALLER).executeDeleteWith(CALLER);
    }

    @Override
    public TableScan newScan() {
        return super.newScan().planWith(CALLER);
    }
}
