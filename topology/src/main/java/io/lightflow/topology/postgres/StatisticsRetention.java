package io.lightflow.topology.postgres;

import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Statistics;
import io.lightflow.time.Durations;
import java.time.Period;
import java.util.Optional;

/**
 * How long rows are kept, counted back from the wall clock; empty for ever. A partition goes as a whole, once its
 * youngest row is past the retention: minutes by day, hours by month, days by year.
 *
 * @param minute for {@code stats_minute}, {@code stats_geo_minute} and the tables by creative
 * @param hour for {@code stats_hour} and {@code stats_geo_hour}
 * @param day for {@code stats_day} and {@code stats_geo_day}: keep it for as long as reports look back; budgets have
 *     sums of their own
 */
public record StatisticsRetention(Optional<Period> minute, Optional<Period> hour, Optional<Period> day) {
    public static final StatisticsRetention KEEP_ALL =
            new StatisticsRetention(Optional.empty(), Optional.empty(), Optional.empty());

    public StatisticsRetention {
        check("minute", minute);
        check("hour", hour);
        check("day", day);
    }

    private static void check(String name, Optional<Period> kept) {
        if (kept.isPresent() && (kept.get().isNegative() || kept.get().isZero())) {
            throw new IllegalArgumentException("the retention of the " + name + " table must be at least 1d, found "
                    + Durations.format(kept.get()));
        }
    }

    Optional<Period> of(StatisticsTable table) {
        return table.stepMs() < Statistics.HOUR_MS ? minute : table.stepMs() < Statistics.DAY_MS ? hour : day;
    }
}
