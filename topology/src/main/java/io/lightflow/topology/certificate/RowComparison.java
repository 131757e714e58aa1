package io.lightflow.topology.certificate;

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
     * @param joined what the joined topics sum up to
     * @param groups whose joined topics were summed up
     */
    static RowsCertificate compare(Statistics joined, HourOfStatistics stored, List<String> groups) {
        return new RowComparison().run(joined, stored, groups);
    }

    private RowsCertificate run(Statistics joined, HourOfStatistics stored, List<String> groups) {
        Map<StatisticsKey, Counts> expected = HourOfStatistics.storable(joined);
        long rows = compare("the joined topics say", expected, "stats_hour has", stored.hours());
        if (stored.minutes().isEmpty() && !expected.isEmpty()) {
            notes.add("stats_minute has no rows of the hour; it is kept for a shorter time");
        } else {
            compare("the joined topics say", expected, "the rows of stats_minute sum up to", stored.minutes());
        }
        compare("the rows of stats_hour sum up to", stored.hoursOfDay(), "stats_day has", stored.day());
        Counts sum = new Counts();
        expected.values().forEach(sum::add);
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

    private long compare(
            String one, Map<StatisticsKey, Counts> expected, String other, Map<StatisticsKey, Counts> found) {
        SortedSet<StatisticsKey> keys = new TreeSet<>(expected.keySet());
        keys.addAll(found.keySet());
        for (StatisticsKey key : keys) {
            Counts left = expected.getOrDefault(key, NOTHING);
            Counts right = found.getOrDefault(key, NOTHING);
            if (!left.equals(right)) {
                differenceCount++;
                if (differences.size() < Differences.MOST_NAMED) {
                    differences.add(words(key) + ": " + one + " " + left + ", " + other + " " + right);
                }
            }
        }
        return keys.size();
    }

    private static String words(StatisticsKey key) {
        return Instant.ofEpochMilli(key.time()) + " campaign=" + key.campaignId() + " creative=" + key.creativeId()
                + " advertiser=" + key.advertiserId() + " exchange=" + key.exchange() + " publisher="
                + key.publisher() + " country=" + key.country() + " device=" + key.device() + " currency="
                + key.currency();
    }
}
