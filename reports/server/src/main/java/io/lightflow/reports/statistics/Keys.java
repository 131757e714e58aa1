package io.lightflow.reports.statistics;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The texts of all numbers in rows.
 *
 * @param ads of every cube's rows
 * @param others of what rows of a cube have besides
 */
record Keys(KeyTexts ads, Map<Cube, KeyTexts> others) {
    static Keys none() {
        Map<Cube, KeyTexts> others = new EnumMap<>(Cube.class);
        for (Cube cube : Cube.values()) {
            others.put(cube, new KeyTexts(cube.keyTable(), cube.dimensionsBesideAd()));
        }
        return new Keys(new KeyTexts("stats_ad_key", List.copyOf(Cube.CREATIVES.dimensions())), others);
    }

    int size() {
        return ads.size() + others.values().stream().mapToInt(KeyTexts::size).sum();
    }

    void read(Connection connection) throws SQLException {
        ads.read(connection);
        for (KeyTexts other : others.values()) {
            other.read(connection);
        }
    }
}
