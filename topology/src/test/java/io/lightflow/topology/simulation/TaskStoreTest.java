package io.lightflow.topology.simulation;

import io.lightflow.store.JoinStore;
import io.lightflow.store.JoinStoreContract;

/** The simulated join store fulfills the contract of a join store. */
final class TaskStoreTest extends JoinStoreContract {
    private final CellStore cells = new CellStore();

    @Override
    protected JoinStore open() {
        return new TaskStore(cells, Perils.none());
    }
}
