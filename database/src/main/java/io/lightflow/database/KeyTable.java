package io.lightflow.database;

import static io.lightflow.statistics.Dimension.ADVERTISER;
import static io.lightflow.statistics.Dimension.BROWSER;
import static io.lightflow.statistics.Dimension.CAMPAIGN;
import static io.lightflow.statistics.Dimension.COUNTRY;
import static io.lightflow.statistics.Dimension.CREATIVE;
import static io.lightflow.statistics.Dimension.CURRENCY;
import static io.lightflow.statistics.Dimension.DATA_CENTER;
import static io.lightflow.statistics.Dimension.DEVICE;
import static io.lightflow.statistics.Dimension.EXCHANGE;
import static io.lightflow.statistics.Dimension.OPERATING_SYSTEM;
import static io.lightflow.statistics.Dimension.PUBLISHER;
import static io.lightflow.statistics.Dimension.REGION;

import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsKey;
import java.util.List;

/**
 * A table of surrogate keys: it gives a number to each combination of values of its dimensions. Rows of the statistics
 * hold the number in place of the values.
 */
public enum KeyTable {
    AD("stats_ad_key", "ad", CAMPAIGN, CREATIVE, ADVERTISER, CURRENCY),
    PLACE("stats_place_key", "place", EXCHANGE, PUBLISHER, COUNTRY, DEVICE, BROWSER, OPERATING_SYSTEM),
    GEO("stats_geo_key", "geo", COUNTRY, REGION, DATA_CENTER);

    private final String tableName;
    private final String column;
    private final List<Dimension> dimensions;
    private final List<String> valueColumns;

    KeyTable(String tableName, String column, Dimension... dimensions) {
        this.tableName = tableName;
        this.column = column;
        this.dimensions = List.of(dimensions);
        this.valueColumns = this.dimensions.stream().map(Dimension::column).toList();
    }

    public String tableName() {
        return tableName;
    }

    /** The column of the number, in the tables of statistics. */
    public String column() {
        return column;
    }

    public List<Dimension> dimensions() {
        return dimensions;
    }

    /** The columns of the values, in the order of {@link #dimensions}. */
    public List<String> valueColumns() {
        return valueColumns;
    }

    /** The values of a key, in the order of {@link #dimensions}. */
    public List<String> values(StatisticsKey key) {
        String[] values = new String[dimensions.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = key.get(dimensions.get(i));
        }
        return List.of(values);
    }

    /** {@code JOIN table ON …}, for a statement whose rows have the column of the number. */
    public String joinClause() {
        return " JOIN " + tableName + " ON " + tableName + ".id = " + column;
    }
}
