package io.lightflow.topology.simulation;

import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The join store as one task sees it. A failed write may have written any of its cells. */
final class TaskStore implements JoinStore {
    private final CellStore cells;
    private final Perils perils;
    private final Build build;
    private boolean closed;

    TaskStore(CellStore cells, Perils perils) {
        this(cells, perils, OtherBuildStore.CURRENT);
    }

    /** @param build the build of the task */
    TaskStore(CellStore cells, Perils perils, Build build) {
        this.cells = cells;
        this.perils = perils;
        this.build = build;
    }

    @Override
    public StoreReader reader(int shard) {
        StoreReader reader = cells.reader(shard);
        return query -> {
            synchronized (this) {
                requireOpen();
                return perils.around(Call.READ_ROWS, () -> reader.read(query));
            }
        };
    }

    @Override
    public synchronized void write(List<StoreWrite> writes) {
        requireOpen();
        List<StoreWrite> added = writes.stream().map(build::rewrite).toList();
        perils.around(
                Call.WRITE_ROWS,
                () -> {
                    cells.write(added);
                    return null;
                },
                () -> cells.write(added.stream().map(this::torn).toList()));
    }

    /** A store with two parts, each of which may have lost anything: cells without events, and events without cells. */
    private StoreWrite torn(StoreWrite write) {
        return new StoreWrite(write.shard(), some(write.cells()), some(write.events()));
    }

    private <T> List<T> some(List<T> added) {
        List<T> shuffled = new ArrayList<>(added);
        Collections.shuffle(shuffled, perils.random());
        return shuffled.subList(0, perils.random().nextInt(shuffled.size() + 1));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the task's join store is closed");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
