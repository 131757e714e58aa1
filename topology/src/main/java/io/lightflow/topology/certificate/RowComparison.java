package io.lightflow.topology.certificate;

import io.lightflow.database.StatisticsCube;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.HourOfStatistics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Compares an hour of PostgreSQL with the joined topics. Used once; not thread-safe. */
final class RowComparison {
    private static final Counts NOTHING = new Counts();

    private final List<String> differences = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long differenceCount;

    /**
     * @param joined the sums of the joined topics
     * @param groups the groups whose joined topics were summed
     */
    static RowsCertificate compare(Statistics joined, HourOfStatistics stored, List<String> groups) {
        return new RowComparison().run(joined, stored, groups);
    }

    private RowsCertificate run(Statistics joined, HourOfStatistics stored, List<String> groups) {
        long rows = 0;
        for (HourOfStatistics.CubeHour cube : stored.cubes()) {
            Map<StatisticsKey, Counts> expected = cube.expected(joined);
            rows += cube.hours()
                    .map(hours -> compare(
                            cube.cube(), "the joined topics say", expected, hours.table() + " has", hours.sums()))
                    .orElse(0L);
            cube.minutes()
                    .ifPresent(minutes ->
                            compare(cube.cube(), "the joined topics say", expected, sumOf(minutes), minutes.sums()));
            cube.hoursOfDay()
                    .ifPresent(hours -> compare(
                            cube.cube(),
                            sumOf(hours),
                            hours.sums(),
                            cube.day().table() + " has",
                            cube.day().sums()));
            notes.addAll(cube.notes());
        }
        Counts sum = new Counts();
        joined.rolledUp(Statistics.HOUR_MS).values().forEach(sum::add);
        return new RowsCertificate(
                groups,
                rows,
                sum.impressions,
                sum.clicks,
                sum.conversions,
                differenceCount,
                List.copyOf(differences),
                List.copyOf(notes));
    }

    private static String sumOf(HourOfStatistics.TableSums rows) {
        return "the rows of " + rows.table() + " sum up to";
    }

    private long compare(
            StatisticsCube cube,
            String one,
            Map<StatisticsKey, Counts> expected,
            String other,
            Map<StatisticsKey, Counts> found) {
        SortedSet<StatisticsKey> keys = new TreeSet<>(expected.keySet());
        keys.addAll(found.keySet());
        for (StatisticsKey key : keys) {
            Counts left = expected.getOrDefault(key, NOTHING);
            Counts right = found.getOrDefault(key, NOTHING);
            if (!left.equals(right)) {
                differenceCount++;
                if (differences.size() < DifferenceList.MAX_NAMED) {
                    differences.add(Instant.ofEpochMilli(key.time()) + " " + cube.describe(key) + ": " + one + " "
                            + left + ", " + other + " " + right);
                }
            }
        }
        return keys.size();
    }
}
