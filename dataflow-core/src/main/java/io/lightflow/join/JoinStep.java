package io.lightflow.join;

import io.lightflow.attribution.Attribution;
import io.lightflow.attribution.Windows;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.enrichment.EventEnricher;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.FailureReason;
import io.lightflow.event.LightEvent;
import io.lightflow.event.OutputEncoder;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.WriterSchemas;
import io.lightflow.position.JoinProgress;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreReader;
import io.lightflow.traffic.TrafficJudge;

/**
 * The join, one block at a time: (stored cells, events, watermark) -> (outputs, cells to add). It has no clock,
 * performs no I/O except the given store's reads, and keeps no state between blocks. Not thread-safe, since it reuses
 * buffers.
 */
public final class JoinStep {
    private final JoinSettings settings;
    private final Attribution attribution;
    private final OutputEncoder encoder;
    private final StoredBodies bodies;
    private final TrafficJudge judge;
    private final EventEnricher enricher;
    private final StoredCells cells;
    private final StepBounds bounds;

    /** A step without bounds, for blocks of a known size. */
    public JoinStep(JoinSettings settings, Attribution attribution, SchemaIds ids, WriterSchemas schemas) {
        this(settings, attribution, ids, schemas, StepBounds.NONE);
    }

    /** A step that fills no fields. */
    public JoinStep(
            JoinSettings settings, Attribution attribution, SchemaIds ids, WriterSchemas schemas, StepBounds bounds) {
        this(settings, attribution, ids, schemas, bounds, Enrichment.NONE);
    }

    /**
     * @param ids ids of the compiled schemas
     * @param schemas finds the schemas of stored bodies that another build wrote
     * @param enrichment fills fields of arriving events; what it filled is stored with them
     */
    public JoinStep(
            JoinSettings settings,
            Attribution attribution,
            SchemaIds ids,
            WriterSchemas schemas,
            StepBounds bounds,
            Enrichment enrichment) {
        this.settings = settings;
        this.attribution = attribution;
        this.encoder = new OutputEncoder(ids);
        this.bodies = new StoredBodies(ids, schemas);
        this.judge = new TrafficJudge(settings.traffic());
        this.enricher = new EventEnricher(enrichment);
        this.cells = new StoredCells(settings);
        this.bounds = bounds;
    }

    /**
     * The position that an attempt commits right after it has opened a shard, before its first block. It numbers the
     * attempt; see {@link JoinProgress}.
     *
     * @param committed the position that the ledger holds
     */
    public static Position takeOver(Position committed) {
        JoinProgress join = committed.join();
        long lastTimer = join.lastTimer();
        if (join.takeovers() == 0 && committed.maxTime() != Position.NO_TIME) {
            // A ledger of an earlier version does not tell; no timer was later than this.
            lastTimer = committed.maxTime() + Windows.MAX_WINDOW.toMillis() + 1;
        }
        return committed.with(new JoinProgress(join.takeovers() + 1, lastTimer, join.ahead()));
    }

    /**
     * Processes one block. It never writes to the store and reads from it at most four times: the rows of the block's
     * join keys and the timers; their impressions and tags, and the rows of keys whose timers are due; what belongs to
     * the latter. Only keys of bots need the last read, for days that may exceed their cap and for tombstones. If the
     * timers of a block of one record make too large outputs, the step runs again with fewer of them.
     *
     * @param position the committed position of the shard
     * @param block the polled records; those below the position are skipped
     * @param txid the Trident transaction, which is only recorded
     * @throws io.lightflow.position.GapException if the block begins above the position
     * @throws io.lightflow.store.StoreUnavailableException if the store is unavailable now
     * @throws WriterSchemas.SchemasUnavailableException if the schema of a stored body is unavailable now
     * @throws OutputTooLargeException if the block has several records and its outputs exceed the bound
     */
    public StepResult run(Position position, Block block, long txid, JoinStore store) {
        return run(position, block, block.size(), txid, store);
    }

    /**
     * Processes one block, as {@link #run(Position, Block, long, JoinStore)}.
     *
     * @param records number of records that the block stands for; it has more entries if events were set aside
     */
    StepResult run(Position position, Block block, int records, long txid, JoinStore store) {
        int maxTimers = Math.max(bounds.timers(), records);
        while (true) {
            BlockJoin join = new BlockJoin(
                    settings,
                    attribution,
                    encoder,
                    bodies,
                    judge,
                    enricher,
                    cells,
                    position,
                    block,
                    records,
                    txid,
                    bounds.outputBytes(),
                    maxTimers);
            try {
                return finish(join, store);
            } catch (OutputTooLargeException e) {
                maxTimers = join.fewerTimers();
                if (records > 1 || maxTimers == 0) {
                    throw e;
                }
            }
        }
    }

    private static StepResult finish(BlockJoin join, JoinStore store) {
        StoreReader reader = store.reader(join.shard());
        StoreQuery query = join.nextQuery();
        while (!query.isEmpty()) {
            join.read(reader.read(query));
            query = join.nextQuery();
        }
        return join.finish();
    }

    /**
     * Rejects an event on which the step fails. The caller puts the rejection in the event's place and runs the step
     * again.
     */
    public BlockEntry setAside(LightEvent event, RuntimeException failure) {
        return encoder.setAside(event, FailureReason.of(failure));
    }
}
