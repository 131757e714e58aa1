package io.lightflow.topology.postgres;

import io.lightflow.statistics.Statistics;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statistics tables, in the order in which they are written: how coarse each is, and how it is cut (UTC). */
enum StatisticsTable {
    MINUTE("stats_minute", StatisticsCube.PLACES, Statistics.MINUTE_MS, 90),
    CREATIVE_MINUTE("stats_creative_minute", StatisticsCube.CREATIVES, Statistics.MINUTE_MS, 90),
    /** For the most popular ads of an hour or so. */
    CREATIVE_TEN_MINUTES("stats_creative_ten_minutes", StatisticsCube.CREATIVES, 10 * Statistics.MINUTE_MS, 50),
    HOUR("stats_hour", StatisticsCube.PLACES, Statistics.HOUR_MS, 50),
    DAY("stats_day", StatisticsCube.PLACES, Statistics.DAY_MS, 50),
    GEO_MINUTE("stats_geo_minute", StatisticsCube.GEO, Statistics.MINUTE_MS, 90),
    GEO_HOUR("stats_geo_hour", StatisticsCube.GEO, Statistics.HOUR_MS, 50),
    GEO_DAY("stats_geo_day", StatisticsCube.GEO, Statistics.DAY_MS, 50);

    static final List<String> COUNT_COLUMNS = List.of(
            "impressions",
            "clicks",
            "conversions",
            "invalid_impressions",
            "invalid_clicks",
            "invalid_conversions",
            "spend_micros",
            "revenue_micros");

    /** A day of minutes, a month of hours, a year of days. */
    private enum Partition {
        DAY(Period.ofDays(1), "yyyyMMdd"),
        MONTH(Period.ofMonths(1), "yyyyMM"),
        YEAR(Period.ofYears(1), "yyyy");

        final Period length;
        final DateTimeFormatter name;

        Partition(Period length, String name) {
            this.length = length;
            this.name = DateTimeFormatter.ofPattern(name);
        }
    }

    /** Where it is read: has a column for each dimension. */
    final String viewName;

    /** Where it is written, and cut into partitions: has numbers in place of the dimensions. */
    final String tableName;

    final StatisticsCube cube;
    final long stepMs;

    /** Room is left in a page so that an update of a row stays in it and touches no index. */
    final int fillFactor;

    private final Partition partition;

    StatisticsTable(String viewName, StatisticsCube cube, long stepMs, int fillFactor) {
        this.viewName = viewName;
        this.tableName = viewName + "_data";
        this.cube = cube;
        this.stepMs = stepMs;
        this.fillFactor = fillFactor;
        this.partition = stepMs < Statistics.HOUR_MS
                ? Partition.DAY
                : stepMs < Statistics.DAY_MS ? Partition.MONTH : Partition.YEAR;
    }

    /** The columns of its primary key: the time and the numbers. */
    List<String> keyColumns() {
        return Stream.concat(Stream.of("time"), cube.keyTables().stream().map(keys -> keys.column))
                .toList();
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
        return switch (partition) {
            case DAY -> day;
            case MONTH -> day.withDayOfMonth(1);
            case YEAR -> day.withDayOfYear(1);
        };
    }

    /** First day after a partition. */
    LocalDate partitionEnd(LocalDate start) {
        return start.plus(partition.length);
    }

    String partitionName(LocalDate start) {
        return tableName + "_" + partition.name.format(start);
    }

    /** The count columns, each put into a template in place of {@code %1$s}. */
    static String counts(String template) {
        return COUNT_COLUMNS.stream().map(template::formatted).collect(Collectors.joining(", "));
    }
}
