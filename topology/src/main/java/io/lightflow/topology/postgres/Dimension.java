package io.lightflow.topology.postgres;

import io.lightflow.statistics.StatisticsKey;
import java.util.function.Function;

/** What rows can be told apart by, but for their time; in the order of the columns. */
enum Dimension {
    CAMPAIGN("campaign", StatisticsKey::campaignId),
    CREATIVE("creative", StatisticsKey::creativeId),
    ADVERTISER("advertiser", StatisticsKey::advertiserId),
    EXCHANGE("exchange", StatisticsKey::exchange),
    PUBLISHER("publisher", StatisticsKey::publisher),
    COUNTRY("country", StatisticsKey::country),
    REGION("region", StatisticsKey::region),
    DEVICE("device", StatisticsKey::device),
    DATA_CENTER("data_center", StatisticsKey::dataCenter),
    CURRENCY("currency", StatisticsKey::currency);

    final String column;
    private final Function<StatisticsKey, String> value;

    Dimension(String column, Function<StatisticsKey, String> value) {
        this.column = column;
        this.value = value;
    }

    String of(StatisticsKey key) {
        return value.apply(key);
    }
}
