package io.lightflow.topology.postgres;

import io.lightflow.statistics.Statistics;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The three statistics tables: how coarse each is, and how it is cut into partitions (UTC). */
enum StatisticsTable {
    MINUTE(Statistics.MINUTE_MS, Period.ofDays(1), 90),
    HOUR(Statistics.HOUR_MS, Period.ofMonths(1), 50),
    DAY(Statistics.DAY_MS, Period.ofYears(1), 50);

    static final List<String> KEY_COLUMNS = List.of(
            "time", "campaign", "creative", "advertiser", "exchange", "publisher", "country", "device", "currency");
    static final List<String> COUNT_COLUMNS = List.of(
            "impressions",
            "clicks",
            "conversions",
            "invalid_impressions",
            "invalid_clicks",
            "invalid_conversions",
            "spend_micros",
            "revenue_micros");
    static final String COLUMNS = String.join(", ", KEY_COLUMNS) + ", " + String.join(", ", COUNT_COLUMNS);

    final long stepMs;

    /** Room is left in a page so that an update of a row stays in it and touches no index. */
    final int fillFactor;

    private final Period span;

    StatisticsTable(long stepMs, Period span, int fillFactor) {
        this.stepMs = stepMs;
        this.span = span;
        this.fillFactor = fillFactor;
    }

    String tableName() {
        return "stats_" + name().toLowerCase(Locale.ROOT);
    }

    /** First day of the partition that holds a time. */
    LocalDate partitionStart(long time) {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(time), ZoneOffset.UTC);
        return switch (this) {
            case MINUTE -> day;
            case HOUR -> day.withDayOfMonth(1);
            case DAY -> day.withDayOfYear(1);
        };
    }

    /** First day after a partition. */
    LocalDate partitionEnd(LocalDate start) {
        return start.plus(span);
    }

    String partitionName(LocalDate start) {
        return tableName()
                + switch (this) {
                    case MINUTE ->
                        String.format("_%04d%02d%02d", start.getYear(), start.getMonthValue(), start.getDayOfMonth());
                    case HOUR -> String.format("_%04d%02d", start.getYear(), start.getMonthValue());
                    case DAY -> String.format("_%04d", start.getYear());
                };
    }

    /** The count columns, each put into a template in place of {@code %1$s}. */
    static String counts(String template) {
        return COUNT_COLUMNS.stream().map(template::formatted).collect(Collectors.joining(", "));
    }
}
