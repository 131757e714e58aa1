package io.lightflow.reports.statistics;

import io.lightflow.reports.http.ProblemException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables whose rows have the same dimensions; every cube counts every event. */
enum Cube {
    CREATIVES(
            List.of(KeyTable.AD),
            Map.of(
                    Grain.MINUTE, "stats_creative_minute",
                    Grain.TEN_MINUTES, "stats_creative_ten_minutes",
                    Grain.HOUR, "stats_hour",
                    Grain.DAY, "stats_day")),
    PLACES(
            List.of(KeyTable.AD, KeyTable.PLACE),
            Map.of(
                    Grain.MINUTE, "stats_minute",
                    Grain.HOUR, "stats_hour",
                    Grain.DAY, "stats_day")),
    GEO(
            List.of(KeyTable.AD, KeyTable.GEO),
            Map.of(
                    Grain.MINUTE, "stats_geo_minute",
                    Grain.HOUR, "stats_geo_hour",
                    Grain.DAY, "stats_geo_day"));

    private final List<KeyTable> keyTables;
    private final Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);
    private final Map<Grain, String> tables;

    Cube(List<KeyTable> keyTables, Map<Grain, String> tables) {
        this.keyTables = keyTables;
        keyTables.forEach(keys -> dimensions.addAll(keys.dimensions()));
        this.tables = tables;
    }

    /** What the numbers in its rows stand for. No two of them have a dimension in common. */
    List<KeyTable> keyTables() {
        return keyTables;
    }

    /** What the number stands for that some rows have besides that of the ad. */
    Optional<KeyTable> besideAd() {
        return keyTables.stream().filter(keys -> keys != KeyTable.AD).findFirst();
    }

    Set<Dimension> dimensions() {
        return dimensions;
    }

    /**
     * What its rows are called in {@code stats_kept}.
     *
     * @param grain tens of minutes are of {@link #CREATIVES} only
     */
    String table(Grain grain) {
        return tables.get(grain);
    }

    /** The table that holds them, with numbers in place of the dimensions. */
    String dataTable(Grain grain) {
        return table(grain) + "_data";
    }

    /**
     * The cubes that can tell dimensions apart, for one ad or campaign the best one first; the others are for windows
     * in which it is not complete.
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
