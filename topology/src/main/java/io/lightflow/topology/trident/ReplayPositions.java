package io.lightflow.topology.trident;

import io.lightflow.position.Position;
import io.lightflow.topology.descriptor.ShardPositions;
import java.util.Collection;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells where a batch begins that is read again. On an overloaded host, reading the ledger may take longer than Trident
 * waits for a batch. The batch is then replayed, and a replay that read the ledger again would be just as late, without
 * end. So positions that took long to read serve the next replays, too: the loop skips records that the ledger has by
 * then. Not thread-safe.
 */
final class ReplayPositions implements AutoCloseable {
    /** Positions serve for so many times as long as it took to read them. */
    private static final int REUSE_FACTOR = 3;

    private final ShardPositions ledger;
    private final LongSupplier nanoTime;
    private Map<Integer, Position> last;
    private long reusableUntil;

    /** @param nanoTime as {@link System#nanoTime} */
    ReplayPositions(ShardPositions ledger, LongSupplier nanoTime) {
        this.ledger = ledger;
        this.nanoTime = nanoTime;
    }

    /** @throws io.lightflow.sink.SinkUnavailableException if the ledger is unavailable */
    Map<Integer, Position> read(Collection<Integer> shards) {
        long begun = nanoTime.getAsLong();
        if (last == null || begun - reusableUntil >= 0) {
            last = ledger.read(shards);
            long ended = nanoTime.getAsLong();
            reusableUntil = ended + REUSE_FACTOR * (ended - begun);
        }
        return last;
    }

    @Override
    public void close() {
        ledger.close();
    }
}
