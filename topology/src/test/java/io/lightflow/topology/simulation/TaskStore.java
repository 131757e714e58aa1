package io.lightflow.topology.simulation;

import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
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
    public synchronized List<Row> read(List<RowRange> ranges) {
        requireOpen();
        return perils.around(Call.READ_ROWS, () -> cells.read(ranges));
    }

    @Override
    public synchronized void write(List<NewCell> newCells) {
        requireOpen();
        List<NewCell> added = newCells.stream().map(build::rewrite).toList();
        perils.around(
                Call.WRITE_ROWS,
                () -> {
                    cells.write(added);
                    return null;
                },
                () -> cells.write(some(added)));
    }

    private List<NewCell> some(List<NewCell> added) {
        List<NewCell> shuffled = new ArrayList<>(added);
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
