package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which dimensions the rows of a table have. Every cube counts every event, so the sums over two of them are the same;
 * all dimensions together would be one row for nearly every event.
 */
public enum StatisticsCube {
    /** {@code stats_minute}, {@code stats_hour}, {@code stats_day}: where ads were shown. */
    PLACES(KeyTable.AD, KeyTable.PLACE),
    /** {@code stats_creative_*}. */
    CREATIVES(KeyTable.AD),
    /** {@code stats_geo_*}: where those were who saw the ads, and which data center served them. */
    GEO(KeyTable.AD, KeyTable.GEO);

    private final List<KeyTable> keyTables;
    private final Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);

    StatisticsCube(KeyTable... keyTables) {
        this.keyTables = List.of(keyTables);
        this.keyTables.forEach(keys -> dimensions.addAll(keys.dimensions));
    }

    /** What numbers stand for in its tables: rows are sorted by time, and then by the numbers in this order. */
    List<KeyTable> keyTables() {
        return keyTables;
    }

    /** The columns of its dimensions. */
    List<String> columns() {
        return dimensions.stream().map(each -> each.column).toList();
    }

    /** The row of this cube that a key belongs to: what its tables leave out is empty. */
    public StatisticsKey of(StatisticsKey key) {
        return key(key.time(), dimension -> dimension.of(key));
    }

    /** Names a row, such as {@code campaign=c creative=r …}. */
    public String words(StatisticsKey key) {
        return dimensions.stream().map(each -> each.column + "=" + each.of(key)).collect(Collectors.joining(" "));
    }

    /** The minute rows of this cube, with keys as PostgreSQL can store them; sorted. */
    public SortedMap<StatisticsKey, Counts> minutes(Statistics statistics) {
        return rolledUp(statistics, Statistics.MINUTE_MS);
    }

    /** Likewise its rows of {@code stepMs} milliseconds. */
    SortedMap<StatisticsKey, Counts> rolledUp(Statistics statistics, long stepMs) {
        SortedMap<StatisticsKey, Counts> rows = new TreeMap<>();
        statistics.rolledUp(stepMs).forEach((key, counts) -> rows.computeIfAbsent(
                        StorableText.of(of(key)), absent -> new Counts())
                .add(counts));
        return rows;
    }

    /** The key of a row that was read: {@link #columns()} begin at a column of it. */
    StatisticsKey key(long time, ResultSet row, int firstColumn) throws SQLException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < dimensions.size(); i++) {
            texts.add(row.getString(firstColumn + i));
        }
        return key(time, texts);
    }

    /** The key that has these values in {@link #columns()}. */
    StatisticsKey key(long time, List<String> texts) {
        Iterator<String> next = texts.iterator();
        Map<Dimension, String> values = new EnumMap<>(Dimension.class);
        dimensions.forEach(dimension -> values.put(dimension, next.next()));
        return key(time, values::get);
    }

    private StatisticsKey key(long time, Function<Dimension, String> values) {
        Function<Dimension, String> kept = dimension -> dimensions.contains(dimension) ? values.apply(dimension) : "";
        return new StatisticsKey(
                time,
                kept.apply(Dimension.CAMPAIGN),
                kept.apply(Dimension.CREATIVE),
                kept.apply(Dimension.ADVERTISER),
                kept.apply(Dimension.EXCHANGE),
                kept.apply(Dimension.PUBLISHER),
                kept.apply(Dimension.COUNTRY),
                kept.apply(Dimension.REGION),
                kept.apply(Dimension.DEVICE),
                kept.apply(Dimension.DATA_CENTER),
                kept.apply(Dimension.CURRENCY));
    }
}
