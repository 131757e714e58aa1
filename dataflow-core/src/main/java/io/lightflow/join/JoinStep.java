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
 * The join, one block at a time: (rows, events, watermark) -> (outputs, cells to add). It has no clock, performs no I/O
 * except the given store's reads, and keeps no state between blocks. Not thread-safe, since it reuses buffers.
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
     * Processes one block. It never writes to the store and reads from it at most three times: timer rows, the rows of
     * the join keys, their day rows. Rows that may exceed their cap need a fourth read.
     *
     * @param position the committed position of the shard
     * @param block the polled records; those below the position are skipped
     * @param txid the Trident transaction, which is only recorded
     * @throws io.lightflow.position.GapException if the block begins above the position
     * @throws io.lightflow.store.StoreUnavailableException if the store is unavailable now
     */
    public StepResult run(Position position, Block block, long txid, JoinStore store) {
        BlockJoin join = new BlockJoin(settings, attribution, encoder, decoder, position, block, txid);
        join.addTimerRows(read(store, join.timerRanges()));
        join.addKeyRows(read(store, join.keyRanges()));
        join.addDayRows(read(store, join.dayRanges()));
        join.addCrowdedRows(read(store, join.crowdedRanges()));
        return join.finish();
    }

    private static List<Row> read(JoinStore store, List<RowRange> ranges) {
        return ranges.isEmpty() ? List.of() : store.read(ranges);
    }
}
