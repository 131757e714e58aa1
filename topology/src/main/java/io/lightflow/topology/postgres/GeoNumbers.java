package io.lightflow.topology.postgres;

import io.lightflow.statistics.StatisticsKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers that stand for dimensions in the tables of {@link StatisticsCube#GEO}: one for country, region
 * and data center in the upper half, one for the ad in the lower. Not thread-safe.
 */
final class GeoNumbers implements StatisticsRows.Numbers {
    private final KeyNumbers geos;
    private final KeyNumbers ads;

    GeoNumbers(PostgresPool pool) {
        geos = new KeyNumbers(pool, "stats_geo_key", List.of("country", "region", "data_center"));
        ads = new KeyNumbers(pool, "stats_ad_key", List.of("campaign", "creative", "advertiser", "currency"));
    }

    @Override
    public Map<StatisticsKey, Long> of(List<StatisticsKey> keys) {
        Map<List<String>, Integer> geoOf =
                geos.of(keys.stream().map(GeoNumbers::geo).toList());
        Map<List<String>, Integer> adOf =
                ads.of(keys.stream().map(GeoNumbers::ad).toList());
        Map<StatisticsKey, Long> numbers = new HashMap<>();
        keys.forEach(key -> numbers.put(key, (long) geoOf.get(geo(key)) << Integer.SIZE | adOf.get(ad(key))));
        return numbers;
    }

    private static List<String> geo(StatisticsKey key) {
        return List.of(key.country(), key.region(), key.dataCenter());
    }

    private static List<String> ad(StatisticsKey key) {
        return List.of(key.campaignId(), key.creativeId(), key.advertiserId(), key.currency());
    }

    /** After a failure. */
    void forget() {
        geos.forget();
        ads.forget();
    }
}
