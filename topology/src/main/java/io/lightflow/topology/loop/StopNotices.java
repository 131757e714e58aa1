package io.lightflow.topology.loop;

/** Tells operators which shards have stopped. Exactness does not depend on it, so a notice may be lost. */
public interface StopNotices extends AutoCloseable {

    /** Notices that go nowhere. */
    StopNotices NONE = new StopNotices() {
        @Override
        public void stopped(int shard, String reason) {
            // Nobody is told.
        }

        @Override
        public void works(int shard) {
            // Nobody is told.
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    };

    /** A shard has stopped until an operator acts. Never fails. */
    void stopped(int shard, String reason);

    /** A shard works, whatever was told of it before. Never fails. */
    void works(int shard);

    @Override
    void close();
}
