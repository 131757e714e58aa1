package io.lightflow.topology.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.List;

/** What a commit writes into the statistics tables, in the order in which it is written. */
public final class WrittenRows {

    /**
     * What is added to one row.
     *
     * @param name names the row among those of all tables
     */
    public record Addition(String name, Counts counts) {}

    private WrittenRows() {}

    /** The additions of a commit, in their order. */
    public static List<Addition> of(Statistics statistics) {
        StatisticsRows rows = StatisticsRows.of(statistics);
        List<Addition> additions = new ArrayList<>();
        for (StatisticsTable table : StatisticsTable.values()) {
            StatisticsRows.Table of = rows.of(table);
            for (int i = 0; i < of.size(); i++) {
                String name = name(table, of.times()[i], of.dimensions()[of.ranks()[i]]);
                additions.add(new Addition(name, of.counts()[i]));
            }
        }
        return additions;
    }

    /** The names of the rows, one in each table, that something in a minute's row adds to. */
    public static List<String> names(StatisticsKey minute) {
        List<String> names = new ArrayList<>();
        StatisticsKey stored = StorableText.of(minute.at(0));
        for (StatisticsTable table : StatisticsTable.values()) {
            names.add(name(
                    table,
                    Math.floorDiv(minute.time(), table.stepMs) * table.stepMs,
                    BinaryCopy.encode(table, stored)));
        }
        return names;
    }

    private static String name(StatisticsTable table, long time, byte[] dimensions) {
        return table + " " + time + " " + new String(dimensions, ISO_8859_1);
    }
}
