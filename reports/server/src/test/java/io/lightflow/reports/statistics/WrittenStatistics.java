package io.lightflow.reports.statistics;

import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Statistics that the real sink has written, and what they must add up to. */
public final class WrittenStatistics implements AutoCloseable {
    private final List<Row> rows = new ArrayList<>();
    private final PostgresStatisticsSink sink;
    private Position position;

    /** A minute row. */
    record Row(StatisticsKey key, Counts counts) {}

    public WrittenStatistics(ReportsTestDatabase database) {
        sink = new PostgresStatisticsSink(database.topologySettings(), "stats-counter", "us");
        position = sink.open(0);
    }

    /** Adds the rows and moves the watermark, in one transaction. */
    public void commit(Statistics statistics, Instant watermark) {
        statistics.minutes().forEach((key, counts) -> rows.add(new Row(key, counts)));
        long offset = position.txid() + 1;
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put(
                "us.joined.clicks", new TopicPosition(List.of(new Incarnation(1, offset)), watermark.toEpochMilli()));
        Position next = new Position(topics, watermark.toEpochMilli(), offset, Books.EMPTY);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, position, next)), statistics)));
        position = next;
    }

    /** The sum of something over the rows that it is true of. */
    long sum(ToLongFunction<Counts> of, Predicate<StatisticsKey> where) {
        return rows.stream()
                .filter(row -> where.test(row.key))
                .mapToLong(row -> of.applyAsLong(row.counts))
                .sum();
    }

    List<Row> rows() {
        return rows;
    }

    @Override
    public void close() {
        sink.close();
    }
}
