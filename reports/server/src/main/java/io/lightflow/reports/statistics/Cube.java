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

import io.lightflow.reports.http.ProblemException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables whose rows have the same dimensions; every cube counts every event. */
enum Cube {
    CREATIVES(
            "0",
            EnumSet.of(CAMPAIGN, CREATIVE, ADVERTISER, CURRENCY),
            Map.of(
                    Grain.MINUTE, "stats_creative_minute",
                    Grain.TEN_MINUTES, "stats_creative_ten_minutes",
                    Grain.HOUR, "stats_hour",
                    Grain.DAY, "stats_day")),
    PLACES(
            "place",
            EnumSet.of(CAMPAIGN, CREATIVE, ADVERTISER, EXCHANGE, PUBLISHER, COUNTRY, DEVICE, CURRENCY),
            Map.of(
                    Grain.MINUTE, "stats_minute",
                    Grain.HOUR, "stats_hour",
                    Grain.DAY, "stats_day")),
    GEO(
            "geo",
            EnumSet.of(CAMPAIGN, CREATIVE, ADVERTISER, COUNTRY, REGION, DATA_CENTER, CURRENCY),
            Map.of(
                    Grain.MINUTE, "stats_geo_minute",
                    Grain.HOUR, "stats_geo_hour",
                    Grain.DAY, "stats_geo_day"));

    private final String number;
    private final Set<Dimension> dimensions;
    private final Map<Grain, String> tables;

    Cube(String number, Set<Dimension> dimensions, Map<Grain, String> tables) {
        this.number = number;
        this.dimensions = dimensions;
        this.tables = tables;
    }

    Set<Dimension> dimensions() {
        return dimensions;
    }

    /** What an ad has not, in their order. */
    List<Dimension> dimensionsBesideAd() {
        return dimensions.stream()
                .filter(dimension -> !CREATIVES.dimensions.contains(dimension))
                .toList();
    }

    /** The column of the number that stands for {@link #dimensionsBesideAd}, 0 for none. */
    String number() {
        return number;
    }

    /** Where these numbers are given; there is no such table for 0. */
    String keyTable() {
        return "stats_" + number + "_key";
    }

    /** Likewise, with numbers in place of the dimensions. */
    String dataTable(Grain grain) {
        return table(grain) + "_data";
    }

    /** @param grain tens of minutes are of {@link #CREATIVES} only */
    String table(Grain grain) {
        return tables.get(grain);
    }

    /**
     * The cubes that can tell dimensions apart, for one ad or campaign the best one first; the others are for windows in
     * which it is not complete.
     *
     * @throws ProblemException if there is none
     */
    static List<Cube> telling(Set<Dimension> asked) {
        if (CREATIVES.dimensions.containsAll(asked)) {
            return List.of(CREATIVES);
        }
        List<Cube> telling = Arrays.stream(values())
                .filter(cube -> cube.dimensions.containsAll(asked))
                .toList();
        if (telling.isEmpty()) {
            throw ProblemException.parameter(
                    "filter",
                    names(asked),
                    "without region and data_center, or of no others than " + names(GEO.dimensions)
                            + ": nothing is counted by all of them at once");
        }
        return telling;
    }

    private static String names(Set<Dimension> dimensions) {
        return dimensions.stream().map(Dimension::column).collect(Collectors.joining(", "));
    }
}
