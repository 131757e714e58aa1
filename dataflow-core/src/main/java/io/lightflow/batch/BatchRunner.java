package io.lightflow.batch;

import io.lightflow.attribution.Attribution;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.WriterSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.store.JoinStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Runs the topologies' own steps over a complete set of events, so that their results can be recomputed and compared.
 * Treats all inputs as one shard. Not thread-safe; a runner is used once.
 */
public final class BatchRunner {
    private static final int SHARD = 0;
    /** Incarnation of the first joined topic, as its readers would see it. */
    private static final int JOINED_INCARNATION = 1;

    private final JoinSettings settings;
    private final JoinStep join;
    private final JoinedEventDecoder decoder;
    private final JoinStore store;
    private final int blockSize;

    private final List<OutputEvent> outputs = new ArrayList<>();
    private Position position = Position.START;
    private long txid;

    /**
     * @param ids ids of the schemas of the outputs
     * @param schemas finds the schemas with these ids
     * @param store holds the rows of the join; must be empty
     * @param blockSize number of records in a block; affects the speed and never the result
     */
    public BatchRunner(
            JoinSettings settings,
            Attribution attribution,
            SchemaIds ids,
            WriterSchemas schemas,
            JoinStore store,
            int blockSize) {
        if (blockSize < 1) {
            throw new IllegalArgumentException("expected blockSize to be 1 or more, found " + blockSize);
        }
        this.settings = settings;
        this.join = new JoinStep(settings, attribution, ids, schemas);
        this.decoder = new JoinedEventDecoder(schemas);
        this.store = store;
        this.blockSize = blockSize;
    }

    /**
     * @param inputs all topic-partitions
     * @return the result after every timer has fired
     * @throws io.lightflow.store.StoreUnavailableException if the store is unavailable now; the run cannot be resumed
     */
    public BatchResult run(List<BatchInput> inputs) {
        List<Cursor> cursors = inputs.stream()
                .sorted(Comparator.comparing(BatchInput::topic))
                .map(Cursor::new)
                .toList();
        while (fill(cursors)) {
            step(cursors);
        }
        close(cursors);
        return new BatchResult(List.copyOf(outputs), position.books(), statistics());
    }

    /** Reads the next records of all topics, always from the topic that lags most. Returns false if there are none. */
    private boolean fill(List<Cursor> cursors) {
        for (int count = 0; count < blockSize; count++) {
            Cursor lagging = null;
            for (Cursor cursor : cursors) {
                if (cursor.hasNext() && (lagging == null || cursor.maxTime() < lagging.maxTime())) {
                    lagging = cursor;
                }
            }
            if (lagging == null) {
                return count > 0;
            }
            lagging.advance();
        }
        return true;
    }

    private void close(List<Cursor> cursors) {
        long lastTime = cursors.stream().mapToLong(Cursor::maxTime).max().orElse(Position.NO_TIME);
        if (lastTime != Position.NO_TIME) {
            cursors.forEach(cursor -> cursor.close(settings.closingTime(lastTime)));
            step(cursors);
        }
    }

    private void step(List<Cursor> cursors) {
        List<BlockPart> parts = cursors.stream().map(Cursor::part).toList();
        StepResult result = join.run(position, new Block(SHARD, parts, 0), ++txid, store);
        store.write(List.of(result.write(SHARD)));
        outputs.addAll(result.outputs());
        position = result.position();
    }

    private Statistics statistics() {
        Statistics statistics = new Statistics();
        List<BlockPart> parts = new ArrayList<>();
        addPart(parts, OutputTopic.IMPRESSIONS, EventType.IMPRESSION);
        addPart(parts, OutputTopic.CLICKS, EventType.CLICK);
        addPart(parts, OutputTopic.CONVERSIONS, EventType.CONVERSION);
        StatisticsStep.run(Position.START, new Block(SHARD, parts, 0), txid, statistics);
        return statistics;
    }

    private void addPart(List<BlockPart> parts, OutputTopic topic, EventType type) {
        String name = topic.of(settings.group());
        List<BlockEntry> entries = new ArrayList<>();
        for (OutputEvent output : outputs) {
            if (output.topic() == topic) {
                entries.add(decoder.decode(type, name, entries.size(), output.value()));
            }
        }
        int incarnation = JOINED_INCARNATION + topic.ordinal();
        parts.add(new BlockPart(name, type, incarnation, 0, entries.size(), false, entries));
    }
}
