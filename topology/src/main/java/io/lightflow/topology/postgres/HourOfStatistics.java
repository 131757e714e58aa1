package io.lightflow.topology.postgres;

import io.lightflow.database.StatisticsCube;
import io.lightflow.position.Position;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What PostgreSQL holds of an hour, in one snapshot.
 *
 * @param positions how far {@code stats-counter} has come in each group and shard that is counted into the same tables
 * @param cubes those that have tables of minutes, hours and days
 */
public record HourOfStatistics(SortedMap<String, SortedMap<Integer, Position>> positions, List<OfCube> cubes) {

    /** Rows of a table, or rows of it that were summed up. */
    public record Rows(String table, Map<StatisticsKey, Counts> sums) {}

    /**
     * Rows of one cube.
     *
     * @param hours rows of its table of hours; empty if that is not complete for the hour
     * @param minutes its minutes, summed up to the hour; empty if they are not complete for it
     * @param day its table of days, of the day that the hour is in
     * @param hoursOfDay its hours, summed up to that day; empty if they are not complete for it
     * @param notes which tables are not complete, and from when on they are
     */
    public record OfCube(
            StatisticsCube cube,
            Optional<Rows> hours,
            Optional<Rows> minutes,
            Rows day,
            Optional<Rows> hoursOfDay,
            List<String> notes) {

        /** The rows that statistics must have come to, with keys as PostgreSQL can store them; sorted. */
        public SortedMap<StatisticsKey, Counts> expected(Statistics statistics) {
            return cube.rolledUp(statistics, Statistics.HOUR_MS);
        }
    }
}
