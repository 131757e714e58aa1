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
 * An hour of the statistics in PostgreSQL, as of one snapshot.
 *
 * @param positions the positions of {@code stats-counter} in each group and shard that is counted into the same tables
 * @param cubes those that have tables of minutes, hours and days
 */
public record HourOfStatistics(SortedMap<String, SortedMap<Integer, Position>> positions, List<CubeHour> cubes) {

    /** The rows of a table, or sums of them. */
    public record TableSums(String table, Map<StatisticsKey, Counts> sums) {}

    /**
     * An hour of one cube.
     *
     * @param hours rows of its table of hours; empty if that is not complete for the hour
     * @param minutes its minutes, summed up to the hour; empty if they are not complete for it
     * @param day its table of days, of the day that the hour is in
     * @param hoursOfDay its hours, summed up to that day; empty if they are not complete for it
     * @param notes which tables are not complete, and from when on they are
     */
    public record CubeHour(
            StatisticsCube cube,
            Optional<TableSums> hours,
            Optional<TableSums> minutes,
            TableSums day,
            Optional<TableSums> hoursOfDay,
            List<String> notes) {

        /** The rows of the hour that statistics lead to, with keys as PostgreSQL stores them; sorted. */
        public SortedMap<StatisticsKey, Counts> expected(Statistics statistics) {
            return cube.rolledUp(statistics, Statistics.HOUR_MS);
        }
    }
}
