package io.lightflow.topology.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a commit writes into the statistics tables, in the order in which it is written. */
public final class WrittenRows {

    /** A row of one of the tables. */
    public record Row(String table, StatisticsKey key) {}

    /** What is added to one row. */
    public record Addition(Row row, Counts counts) {}

    private static final KnownNumbers NUMBERS = new KnownNumbers();

    /** Numbers in the order in which keys come. */
    private static final class KnownNumbers implements StatisticsRows.Numbers {
        private final Map<StatisticsKey, Long> numbers = new HashMap<>();
        private final List<StatisticsKey> keys = new ArrayList<>();

        @Override
        public synchronized Map<StatisticsKey, Long> of(List<StatisticsKey> wanted) {
            Map<StatisticsKey, Long> found = new HashMap<>();
            for (StatisticsKey key : wanted) {
                found.put(key, numbers.computeIfAbsent(key, absent -> {
                    keys.add(absent);
                    return (long) keys.size();
                }));
            }
            return found;
        }

        synchronized StatisticsKey key(byte[] encoded) {
            return keys.get((int) ByteBuffer.wrap(encoded).getInt(3 * Integer.BYTES) - 1);
        }
    }

    private WrittenRows() {}

    /** The additions of a commit, in their order. */
    public static List<Addition> of(Statistics statistics) {
        StatisticsRows rows = StatisticsRows.of(statistics, NUMBERS);
        List<Addition> additions = new ArrayList<>();
        for (StatisticsTable table : StatisticsTable.values()) {
            StatisticsRows.Table of = rows.of(table);
            for (int i = 0; i < of.size(); i++) {
                byte[] dimensions = of.dimensions()[of.ranks()[i]];
                StatisticsKey key = table.cube.isNumbered()
                        ? NUMBERS.key(dimensions).at(of.times()[i])
                        : table.cube.key(of.times()[i], texts(dimensions));
                additions.add(new Addition(new Row(table.tableName, key), of.counts()[i]));
            }
        }
        return additions;
    }

    /** The rows, one in each table, that something in a minute's row adds to. */
    public static List<Row> rows(StatisticsKey minute) {
        return Arrays.stream(StatisticsTable.values())
                .map(table -> new Row(
                        table.tableName,
                        table.cube.of(StorableText.of(
                                minute.at(minute.time() - Math.floorMod(minute.time(), table.stepMs))))))
                .toList();
    }

    /** As they travel in a COPY: a length and UTF-8 for each. */
    private static List<String> texts(byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        List<String> texts = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] text = new byte[bytes.getInt()];
            bytes.get(text);
            texts.add(new String(text, UTF_8));
        }
        return texts;
    }
}
