package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import io.lightflow.database.StorableString;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.DimensionValues;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows that a commit writes into the statistics tables, in the order in which it writes them. */
public final class WrittenRows {

    /** A row of one of the tables. */
    public record Row(String table, StatisticsKey key) {}

    /** An addition to one row. */
    public record Addition(Row row, Counts counts) {}

    private static final KnownNumbers NUMBERS = new KnownNumbers();

    /** Numbers in the order in which texts come. */
    private static final class KnownNumbers implements NumberedRows.Numbers {
        private final Map<KeyTable, Map<List<String>, Integer>> numbers = new EnumMap<>(KeyTable.class);
        private final Map<KeyTable, List<List<String>>> texts = new EnumMap<>(KeyTable.class);

        KnownNumbers() {
            for (KeyTable table : KeyTable.values()) {
                numbers.put(table, new HashMap<>());
                texts.put(table, new ArrayList<>());
            }
        }

        @Override
        public synchronized int[][] of(List<DimensionValues> wanted) {
            return wanted.stream()
                    .map(dimensions -> numbers(StorableString.key(new StatisticsKey(0, dimensions))))
                    .toArray(int[][]::new);
        }

        private int[] numbers(StatisticsKey key) {
            return Arrays.stream(KeyTable.values())
                    .mapToInt(table -> numbers.get(table).computeIfAbsent(table.values(key), absent -> {
                        texts.get(table).add(absent);
                        return texts.get(table).size();
                    }))
                    .toArray();
        }

        synchronized StatisticsKey key(StatisticsCube cube, long time, int[] row) {
            StatisticsKey key = StatisticsKey.of(time);
            for (int i = 0; i < row.length; i++) {
                KeyTable table = cube.keyTables().get(i);
                List<String> known = texts.get(table).get(row[i] - 1);
                for (int column = 0; column < known.size(); column++) {
                    key = key.with(table.dimensions().get(column), known.get(column));
                }
            }
            return key;
        }
    }

    private WrittenRows() {}

    /** The additions of a commit, in their order. */
    public static List<Addition> of(Statistics statistics) {
        StatisticsRows rows = new StatisticsRows(NumberedRows.of(statistics, NUMBERS));
        List<Addition> additions = new ArrayList<>();
        for (StatisticsTable table : StatisticsTable.values()) {
            StatisticsRows.Table of = rows.of(table);
            for (int i = 0; i < of.size(); i++) {
                StatisticsKey key = NUMBERS.key(table.cube(), of.times()[i], of.numbers(i));
                additions.add(new Addition(new Row(table.viewName(), key), of.counts()[i]));
            }
        }
        return additions;
    }

    /** The rows, one in each table, that something in a minute's row adds to. */
    public static List<Row> rows(StatisticsKey minute) {
        return Arrays.stream(StatisticsTable.values())
                .map(table -> new Row(
                        table.viewName(),
                        table.cube()
                                .project(StorableString.key(
                                        minute.at(minute.time() - Math.floorMod(minute.time(), table.stepMs()))))))
                .toList();
    }
}
