package io.lightflow.topology.descriptor;

import io.lightflow.position.Position;
import java.util.Collection;
import java.util.Map;

/** Reads committed positions from a ledger. */
public interface ShardPositions extends AutoCloseable {

    /**
     * @return the position of every given shard
     * @throws io.lightflow.sink.SinkUnavailableException if the ledger is unavailable
     */
    Map<Integer, Position> read(Collection<Integer> shards);

    @Override
    void close();
}
