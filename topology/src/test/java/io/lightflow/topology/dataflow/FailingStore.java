package io.lightflow.topology.dataflow;

import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Fails when told to, before or after it has written. */
final class FailingStore implements JoinStore {
    private final JoinStore store = new MemoryJoinStore();
    private final List<NewCell> written = new ArrayList<>();
    boolean failRead;
    Runnable onRead = () -> {};
    Runnable onWrite = () -> {};
    long cells;
    Moment failWrite;
    /** The build whose cells are written. */
    Build build = OtherBuildStore.CURRENT;

    /** A copy of what is stored now, as of a disk. */
    FailingStore copy() {
        FailingStore copy = new FailingStore();
        copy.write(written);
        return copy;
    }

    @Override
    public List<Row> read(List<RowRange> ranges) {
        onRead.run();
        if (failRead) {
            failRead = false;
            throw unavailable();
        }
        return store.read(ranges);
    }

    @Override
    public void write(List<NewCell> newCells) {
        List<NewCell> added = newCells.stream().map(build::rewrite).toList();
        onWrite.run();
        cells += added.size();
        Moment failure = failWrite;
        failWrite = null;
        if (failure == Moment.BEFORE_COMMIT) {
            throw unavailable();
        }
        store.write(added);
        written.addAll(added);
        if (failure == Moment.AFTER_COMMIT) {
            throw unavailable();
        }
    }

    private static StoreUnavailableException unavailable() {
        return new StoreUnavailableException("the store was told to fail", new IOException("told to fail"));
    }

    @Override
    public void close() {
        store.close();
    }
}
