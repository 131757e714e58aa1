package io.lightflow.store;

final class MemoryJoinStoreTest extends JoinStoreContract {
    @Override
    protected JoinStore open() {
        return new MemoryJoinStore();
    }
}
