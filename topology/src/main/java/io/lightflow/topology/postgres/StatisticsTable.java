package io.lightflow.topology.postgres;

import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;

/** The statistics tables, in the order in which they are written: how coarse each is, and how it is cut (UTC). */
enum StatisticsTable {
    MINUTE("stats_minute", Statistics.MINUTE_MS, 90),
    /** Minutes summed up over where an ad was shown: a fifth of the rows, and half as wide. */
    CREATIVE_MINUTE("stats_creative_minute", Statistics.MINUTE_MS, 90),
    /** For the most popular ads of an hour or so. */
    CREATIVE_TEN_MINUTES("stats_creative_ten_minutes", 10 * Statistics.MINUTE_MS, 50),
    HOUR("stats_hour", Statistics.HOUR_MS, 50),
    DAY("stats_day", Statistics.DAY_MS, 50);

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
    private static final List<String> PLACE_COLUMNS = List.of("exchange", "publisher", "country", "device");

    final String tableName;
    final long stepMs;

    /** Room is left in a page so that an update of a row stays in it and touches no index. */
    final int fillFactor;

    StatisticsTable(String tableName, long stepMs, int fillFactor) {
        this.tableName = tableName;
        this.stepMs = stepMs;
        this.fillFactor = fillFactor;
    }

    private boolean isByCreative() {
        return this == CREATIVE_MINUTE || this == CREATIVE_TEN_MINUTES;
    }

    /** The columns of its primary key. */
    List<String> keyColumns() {
        return isByCreative()
                ? KEY_COLUMNS.stream()
                        .filter(column -> !PLACE_COLUMNS.contains(column))
                        .toList()
                : KEY_COLUMNS;
    }

    /** The values of the key columns after the time. */
    List<String> texts(StatisticsKey key) {
        return isByCreative()
                ? List.of(key.campaignId(), key.creativeId(), key.advertiserId(), key.currency())
                : List.of(
                        key.campaignId(),
                        key.creativeId(),
                        key.advertiserId(),
                        key.exchange(),
                        key.publisher(),
                        key.country(),
                        key.device(),
                        key.currency());
    }

    /** All its columns, as they are named in a statement. */
    String columns() {
        return String.join(", ", keyColumns()) + ", " + String.join(", ", COUNT_COLUMNS);
    }

    /** Whether its rows are of minutes, so that the newest ones are likely to be new. */
    boolean isOfMinutes() {
        return stepMs == Statistics.MINUTE_MS;
    }

    /** First day of the partition that holds a time. */
    LocalDate partitionStart(long time) {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(time), ZoneOffset.UTC);
        return switch (this) {
            case MINUTE, CREATIVE_MINUTE, CREATIVE_TEN_MINUTES -> day;
            case HOUR -> day.withDayOfMonth(1);
            case DAY -> day.withDayOfYear(1);
        };
    }

    /** First day after a partition. */
    LocalDate partitionEnd(LocalDate start) {
        return start.plus(
                switch (this) {
                    case MINUTE, CREATIVE_MINUTE, CREATIVE_TEN_MINUTES -> Period.ofDays(1);
                    case HOUR -> Period.ofMonths(1);
                    case DAY -> Period.ofYears(1);
                });
    }

    String partitionName(LocalDate start) {
        return tableName
                + switch (this) {
                    case MINUTE, CREATIVE_MINUTE, CREATIVE_TEN_MINUTES ->
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
