package io.lightflow.sink;

import io.lightflow.position.Position;

/** Where a sink keeps the committed position of each shard. The one truth about how far a shard has come. */
public interface Ledger extends AutoCloseable {

    /**
     * The committed position, {@link Position#START} if there is none. Changes nothing.
     *
     * @throws SinkUnavailableException if the ledger does not answer now, or a commit is in doubt; may be repeated
     */
    Position read(int shard);

    @Override
    void close();
}
