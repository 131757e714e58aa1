package io.lightflow.topology.postgres;

import io.lightflow.position.Position;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What PostgreSQL holds of an hour, in one snapshot.
 *
 * @param positions how far {@code stats-counter} has come in each group and shard that is counted into the same tables
 * @param hours rows of {@code stats_hour}
 * @param minutes rows of {@code stats_minute}, summed up to the hour; empty if they are kept no more
 * @param day rows of {@code stats_day}, of the day that the hour is in
 * @param hoursOfDay rows of {@code stats_hour}, summed up to that day
 */
public record HourOfStatistics(
        SortedMap<String, SortedMap<Integer, Position>> positions,
        Map<StatisticsKey, Counts> hours,
        Map<StatisticsKey, Counts> minutes,
        Map<StatisticsKey, Counts> day,
        Map<StatisticsKey, Counts> hoursOfDay) {

    /** Rows of the hour, with keys as PostgreSQL can store them; sorted. */
    public static SortedMap<StatisticsKey, Counts> storable(Statistics statistics) {
        SortedMap<StatisticsKey, Counts> rows = new TreeMap<>();
        statistics.rolledUp(Statistics.HOUR_MS).forEach((key, counts) -> rows.computeIfAbsent(
                        StorableText.of(key), absent -> new Counts())
                .add(counts));
        return rows;
    }
}
