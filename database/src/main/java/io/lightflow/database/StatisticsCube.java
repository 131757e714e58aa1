package io.lightflow.database;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which dimensions the rows of a table have. Every cube counts every event, so the sums over two of them are the same.
 * With all dimensions in one cube, nearly every event would have a row.
 */
public enum StatisticsCube {
    /** {@code stats_minute}, {@code stats_hour}, {@code stats_day}: where ads were shown. */
    PLACES(KeyTable.AD, KeyTable.PLACE),
    /** {@code stats_creative_*}. */
    CREATIVES(KeyTable.AD),
    /** {@code stats_geo_*}: where users saw the ads, and which data center served them. */
    GEO(KeyTable.AD, KeyTable.GEO);

    private final List<KeyTable> keyTables;
    private final Set<Dimension> dimensions;
    private final List<String> columns;

    StatisticsCube(KeyTable... keyTables) {
        this.keyTables = List.of(keyTables);
        Set<Dimension> all = EnumSet.noneOf(Dimension.class);
        this.keyTables.forEach(keyTable -> all.addAll(keyTable.dimensions()));
        this.dimensions = Collections.unmodifiableSet(all);
        this.columns = all.stream().map(Dimension::column).toList();
    }

    /**
     * The key tables of its numbers, the ads' first. No two of them share a dimension. Rows are sorted by time, then by
     * the numbers in this order.
     */
    public List<KeyTable> keyTables() {
        return keyTables;
    }

    /** The key table besides that of the ads. */
    public Optional<KeyTable> keyTableBesideAds() {
        return keyTables.stream().filter(keyTable -> keyTable != KeyTable.AD).findFirst();
    }

    /** In the order of {@link Dimension}. */
    public Set<Dimension> dimensions() {
        return dimensions;
    }

    /** The columns of its dimensions. */
    public List<String> columns() {
        return columns;
    }

    /** The row of this cube that a key belongs to: the dimensions that its tables leave out are empty. */
    public StatisticsKey project(StatisticsKey key) {
        return key.only(dimensions);
    }

    /** Names a row, such as {@code campaign=c creative=r …}. */
    public String describe(StatisticsKey key) {
        return dimensions.stream()
                .map(dimension -> dimension.column() + "=" + key.get(dimension))
                .collect(Collectors.joining(" "));
    }

    /** The minute rows of this cube, with keys as PostgreSQL stores them; sorted. */
    public SortedMap<StatisticsKey, Counts> minutes(Statistics statistics) {
        return rolledUp(statistics, Statistics.MINUTE_MS);
    }

    /** Its rows of {@code stepMs} milliseconds, with keys as PostgreSQL stores them; sorted. */
    public SortedMap<StatisticsKey, Counts> rolledUp(Statistics statistics, long stepMs) {
        SortedMap<StatisticsKey, Counts> rows = new TreeMap<>();
        statistics.rolledUp(stepMs).forEach((key, counts) -> rows.computeIfAbsent(
                        StorableString.key(project(key)), absent -> new Counts())
                .add(counts));
        return rows;
    }

    /** The key of a row that a statement returned: {@link #columns} begin at a column of it. */
    public StatisticsKey key(long time, ResultSet row, int firstColumn) throws SQLException {
        String[] values = new String[Dimension.all().size()];
        Arrays.fill(values, "");
        int column = firstColumn;
        for (Dimension dimension : dimensions) {
            values[dimension.ordinal()] = row.getString(column++);
        }
        return StatisticsKey.ofOrdinals(time, values);
    }
}
