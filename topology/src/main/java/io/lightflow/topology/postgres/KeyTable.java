package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.Dimension.ADVERTISER;
import static io.lightflow.topology.postgres.Dimension.CAMPAIGN;
import static io.lightflow.topology.postgres.Dimension.COUNTRY;
import static io.lightflow.topology.postgres.Dimension.CREATIVE;
import static io.lightflow.topology.postgres.Dimension.CURRENCY;
import static io.lightflow.topology.postgres.Dimension.DATA_CENTER;
import static io.lightflow.topology.postgres.Dimension.DEVICE;
import static io.lightflow.topology.postgres.Dimension.EXCHANGE;
import static io.lightflow.topology.postgres.Dimension.PUBLISHER;
import static io.lightflow.topology.postgres.Dimension.REGION;

import io.lightflow.statistics.StatisticsKey;
import java.util.List;

/**
 * A table that gives a number to each combination of texts. The number stands for them in the rows of the statistics.
 */
enum KeyTable {
    AD("stats_ad_key", "ad", CAMPAIGN, CREATIVE, ADVERTISER, CURRENCY),
    PLACE("stats_place_key", "place", EXCHANGE, PUBLISHER, COUNTRY, DEVICE),
    GEO("stats_geo_key", "geo", COUNTRY, REGION, DATA_CENTER);

    final String tableName;

    /** Holds the number, in the tables of the statistics. */
    final String column;

    final List<Dimension> dimensions;

    KeyTable(String tableName, String column, Dimension... dimensions) {
        this.tableName = tableName;
        this.column = column;
        this.dimensions = List.of(dimensions);
    }

    /** The columns of the texts. */
    List<String> textColumns() {
        return dimensions.stream().map(each -> each.column).toList();
    }

    /** What they hold for a key. */
    List<String> texts(StatisticsKey key) {
        return dimensions.stream().map(each -> each.of(key)).toList();
    }
}
