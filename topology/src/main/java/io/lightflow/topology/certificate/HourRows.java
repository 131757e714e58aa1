package io.lightflow.topology.certificate;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.WriterSchemas;
import io.lightflow.position.Position;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsStep;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Sums joined events of an hour to statistics rows, by the rules of {@code stats-counter}. Not thread-safe. */
final class HourRows {
    private static final int MAX_PENDING = 10_000;

    private final JoinedEventDecoder decoder;
    private final long begin;
    private final Statistics rows = new Statistics();
    private final Map<EventType, List<BlockEntry>> waiting = new EnumMap<>(EventType.class);

    /** @param begin first ms of the hour */
    HourRows(WriterSchemas schemas, long begin) {
        this.decoder = new JoinedEventDecoder(schemas);
        this.begin = begin;
    }

    /** Takes a record of a joined topic, of any hour. */
    void take(EventType type, String topic, long offset, byte[] value) {
        BlockEntry entry = decoder.decode(type, topic, offset, value);
        if (entry instanceof StatisticsFact fact && fact.time() >= begin && fact.time() < begin + Statistics.HOUR_MS) {
            List<BlockEntry> facts = waiting.computeIfAbsent(type, none -> new ArrayList<>());
            facts.add(new StatisticsFact(
                    offset,
                    type,
                    fact.time(),
                    fact.row().at(begin),
                    fact.invalid(),
                    fact.spendMicros(),
                    fact.revenueMicros()));
            if (facts.size() >= MAX_PENDING) {
                sum(type, facts);
            }
        }
    }

    private void sum(EventType type, List<BlockEntry> facts) {
        // The caller has decided which of them count, so they are counted as the first ones of their topic.
        BlockPart part = new BlockPart(type.plural(), type, 0, 0, 0, false, facts);
        StatisticsStep.run(Position.START, new Block(0, List.of(part), 0), 0, rows);
        facts.clear();
    }

    Statistics sum() {
        waiting.forEach(this::sum);
        return rows;
    }
}
