package io.lightflow.database;

import io.lightflow.statistics.Statistics;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The statistics tables, in the order in which they are written: dimensions, length of the rows, and partitions (UTC).
 */
public enum StatisticsTable {
    MINUTE("stats_minute", StatisticsCube.PLACES, Statistics.MINUTE_MS, 90),
    CREATIVE_MINUTE("stats_creative_minute", StatisticsCube.CREATIVES, Statistics.MINUTE_MS, 90),
    /** For the most popular ads of about an hour. */
    CREATIVE_TEN_MINUTES("stats_creative_ten_minutes", StatisticsCube.CREATIVES, 10 * Statistics.MINUTE_MS, 50),
    HOUR("stats_hour", StatisticsCube.PLACES, Statistics.HOUR_MS, 50),
    DAY("stats_day", StatisticsCube.PLACES, Statistics.DAY_MS, 50),
    GEO_MINUTE("stats_geo_minute", StatisticsCube.GEO, Statistics.MINUTE_MS, 90),
    GEO_HOUR("stats_geo_hour", StatisticsCube.GEO, Statistics.HOUR_MS, 50),
    GEO_DAY("stats_geo_day", StatisticsCube.GEO, Statistics.DAY_MS, 50);

    /** The columns of the counts and the money. */
    public static final List<String> COUNT_COLUMNS = List.of(
            "impressions",
            "clicks",
            "conversions",
            "invalid_impressions",
            "invalid_clicks",
            "invalid_conversions",
            "spend_micros",
            "revenue_micros");

    /** The table of small commits, with the numbers of all key tables. A count of null is 0. */
    public static final String DELTA_TABLE = "stats_delta";

    private static final List<String> MONEY_COLUMNS = List.of("spend_micros", "revenue_micros");

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

    private final String viewName;
    private final String tableName;
    private final StatisticsCube cube;
    private final long stepMs;
    private final int fillFactor;
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

    /**
     * The table that answers for a cube in rows of {@code stepMs} milliseconds: its own, or else the first one whose
     * rows have all its dimensions.
     */
    public static Optional<StatisticsTable> answering(StatisticsCube cube, long stepMs) {
        List<StatisticsTable> answering = Arrays.stream(values())
                .filter(table ->
                        table.stepMs == stepMs && table.cube.dimensions().containsAll(cube.dimensions()))
                .toList();
        return answering.stream()
                .filter(table -> table.cube == cube)
                .findFirst()
                .or(() -> answering.stream().findFirst());
    }

    /** The view to read: it has a column for each dimension. {@code stats_kept} names tables by it. */
    public String viewName() {
        return viewName;
    }

    /** The partitioned table to write: it has numbers in place of the dimensions. */
    public String tableName() {
        return tableName;
    }

    public StatisticsCube cube() {
        return cube;
    }

    /** Length of the time of a row in ms. */
    public long stepMs() {
        return stepMs;
    }

    /** Percentage of a page that is filled: an update of a row that finds room in its page touches no index. */
    public int fillFactor() {
        return fillFactor;
    }

    /** The columns of its primary key: the time and the numbers. */
    public List<String> keyColumns() {
        return Stream.concat(Stream.of("time"), cube.keyTables().stream().map(KeyTable::column))
                .toList();
    }

    /** All its columns, as a statement names them. */
    public String columns() {
        return String.join(", ", keyColumns()) + ", " + String.join(", ", COUNT_COLUMNS);
    }

    /**
     * A subquery of the rows' money that exceeds 64 bits, with the columns of the table. Whoever reads the table
     * instead of the view adds it up with the rows.
     */
    public String excessRows() {
        String numbers = "ad"
                + cube.keyTableBesideAds()
                        .map(keys -> ", other AS " + keys.column())
                        .orElse("");
        String zeros = COUNT_COLUMNS.stream()
                .filter(column -> !MONEY_COLUMNS.contains(column))
                .map(column -> ", 0::bigint AS " + column)
                .collect(Collectors.joining());
        return "(SELECT time, " + numbers + zeros + ", " + String.join(", ", MONEY_COLUMNS)
                + " FROM stats_excess WHERE table_name = '" + viewName + "') AS excess";
    }

    /**
     * A subquery of the minute rows of small commits that no table of the cube holds yet, with the columns of these
     * tables. A key may have many rows. Whoever reads a table instead of the view adds them up with its rows.
     */
    public static String deltaRows(StatisticsCube cube) {
        return "(SELECT time, "
                + cube.keyTables().stream().map(KeyTable::column).collect(Collectors.joining(", ")) + ", "
                + counts("coalesce(%1$s, 0) AS %1$s") + " FROM " + DELTA_TABLE + ") AS delta";
    }

    /** Whether its rows are of minutes, so that the newest ones are likely to be new. */
    public boolean isOfMinutes() {
        return stepMs == Statistics.MINUTE_MS;
    }

    /** First day of the partition that holds a time. */
    public LocalDate partitionStart(long time) {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(time), ZoneOffset.UTC);
        return switch (partition) {
            case DAY -> day;
            case MONTH -> day.withDayOfMonth(1);
            case YEAR -> day.withDayOfYear(1);
        };
    }

    /** First day after a partition. */
    public LocalDate partitionEnd(LocalDate start) {
        return start.plus(partition.length);
    }

    public String partitionName(LocalDate start) {
        return tableName + "_" + partition.name.format(start);
    }

    /** The count columns, each put into a template in place of {@code %1$s}. */
    public static String counts(String template) {
        return COUNT_COLUMNS.stream().map(template::formatted).collect(Collectors.joining(", "));
    }
}
