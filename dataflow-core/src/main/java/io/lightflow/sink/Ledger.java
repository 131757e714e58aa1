package io.lightflow.sink;

import io.lightflow.position.Position;

/** Where a sink keeps the committed position of each shard. It alone determines how far a shard has come. */
public interface Ledger extends AutoCloseable {

    /**
     * Returns the committed position, {@link Position#START} if there is none. Changes nothing.
     *
     * @throws SinkUnavailableException if the ledger is unavailable now, or a commit is in doubt; the call may be
     *     retried
     */
    Position read(int shard);

    @Override
    void close();
}
