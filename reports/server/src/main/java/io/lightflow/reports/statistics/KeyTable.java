package io.lightflow.reports.statistics;

import static io.lightflow.reports.statistics.Dimension.ADVERTISER;
import static io.lightflow.reports.statistics.Dimension.CAMPAIGN;
import static io.lightflow.reports.statistics.Dimension.COUNTRY;
import static io.lightflow.reports.statistics.Dimension.CREATIVE;
import static io.lightflow.reports.statistics.Dimension.CURRENCY;
import static io.lightflow.reports.statistics.Dimension.DATA_CENTER;
import static io.lightflow.reports.statistics.Dimension.DEVICE;
import static io.lightflow.reports.statistics.Dimension.EXCHANGE;
import static io.lightflow.reports.statistics.Dimension.PUBLISHER;
import static io.lightflow.reports.statistics.Dimension.REGION;

import java.util.EnumSet;
import java.util.Set;

/** A table that says of which dimensions' values a number in the rows stands. */
enum KeyTable {
    AD("stats_ad_key", "ad", EnumSet.of(CAMPAIGN, CREATIVE, ADVERTISER, CURRENCY)),
    PLACE("stats_place_key", "place", EnumSet.of(EXCHANGE, PUBLISHER, COUNTRY, DEVICE)),
    GEO("stats_geo_key", "geo", EnumSet.of(COUNTRY, REGION, DATA_CENTER));

    private final String table;
    private final String column;
    private final Set<Dimension> dimensions;

    KeyTable(String table, String column, Set<Dimension> dimensions) {
        this.table = table;
        this.column = column;
        this.dimensions = dimensions;
    }

    String table() {
        return table;
    }

    /** The column of the number, in the tables of rows. */
    String column() {
        return column;
    }

    Set<Dimension> dimensions() {
        return dimensions;
    }

    /** {@code JOIN table ON …}, to what has the column of the number. */
    String joined() {
        return " JOIN " + table + " ON " + table + ".id = " + column;
    }
}
