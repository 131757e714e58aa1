package io.lightflow.topology.simulation;

import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Flaw#EVENTS_NOT_SYNCED}: a write is acknowledged when its rows are stored, with the mark. Its impressions and
 * tags are stored before the next call, unless the process dies.
 */
final class UnsyncedEvents implements JoinStore {
    private final JoinStore rows;
    private final CellStore cells;
    private final Build build;
    private List<StoreWrite> unsynced = List.of();

    UnsyncedEvents(JoinStore rows, CellStore cells, Build build) {
        this.rows = rows;
        this.cells = cells;
        this.build = build;
    }

    @Override
    public StoreReader reader(int shard) {
        sync();
        return rows.reader(shard);
    }

    @Override
    public void write(List<StoreWrite> writes) {
        sync();
        List<StoreWrite> events = new ArrayList<>();
        List<StoreWrite> others = new ArrayList<>();
        for (StoreWrite write : writes) {
            others.add(new StoreWrite(write.shard(), write.cells(), List.of()));
            events.add(build.rewrite(new StoreWrite(write.shard(), List.of(), write.events())));
        }
        rows.write(others);
        unsynced = events;
    }

    private synchronized void sync() {
        cells.write(unsynced);
        unsynced = List.of();
    }

    @Override
    public void close() {
        sync();
        rows.close();
    }
}
