package io.lightflow.join;

import io.lightflow.attribution.Attribution;
import io.lightflow.event.Block;
import io.lightflow.event.OutputEncoder;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.util.List;

/**
 * The join, one block at a time: (rows, events, watermark) -> (outputs, cells to add). It has no clock, does no I/O of
 * its own and keeps nothing between blocks. Not thread-safe, since it reuses buffers.
 */
public final class JoinStep {
    private final JoinSettings settings;
    private final Attribution attribution;
    private final OutputEncoder encoder;
    private final BodyDecoder decoder = new BodyDecoder();

    public JoinStep(JoinSettings settings, Attribution attribution, OutputEncoder encoder) {
        this.settings = settings;
        this.attribution = attribution;
        this.encoder = encoder;
    }

    /**
     * Works on one block, with at most three reads from the store and no write: timer rows, the rows of the join keys,
     * their day rows. Rows that may outgrow their cap take a fourth.
     *
     * @param position the committed position of the shard
     * @param block what was polled; records below the position are skipped
     * @param txid the Trident transaction, for the record
     * @throws io.lightflow.position.GapException if the block begins above the position
     * @throws io.lightflow.store.StoreUnavailableException if the store does not answer now
     */
    public StepResult run(Position position, Block block, long txid, JoinStore store) {
        BlockJoin join = new BlockJoin(settings, attribution, encoder, decoder, position, block, txid);
        join.takeTimers(read(store, join.timerRows()));
        join.takeKeyRows(read(store, join.keyRows()));
        join.takeDayRows(read(store, join.dayRows()));
        join.takeCrowdedRows(read(store, join.crowdedRows()));
        return join.finish();
    }

    private static List<Row> read(JoinStore store, List<RowRange> ranges) {
        return ranges.isEmpty() ? List.of() : store.read(ranges);
    }
}
