package io.lightflow.topology.dataflow;

import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Fails when told to, before or after it has written. */
final class FailingStore implements JoinStore {
    private final JoinStore store = new MemoryJoinStore();
    private final List<StoreWrite> written = new ArrayList<>();
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
    public StoreReader reader(int shard) {
        StoreReader reader = store.reader(shard);
        return query -> {
            onRead.run();
            if (failRead) {
                failRead = false;
                throw unavailable();
            }
            return reader.read(query);
        };
    }

    @Override
    public void write(List<StoreWrite> writes) {
        List<StoreWrite> added = writes.stream().map(build::rewrite).toList();
        onWrite.run();
        added.forEach(write -> cells += write.cells().size() + write.events().size());
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
