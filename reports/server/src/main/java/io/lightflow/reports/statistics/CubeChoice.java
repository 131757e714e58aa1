package io.lightflow.reports.statistics;

import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.statistics.Dimension;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which cubes answer for which dimensions. */
final class CubeChoice {
    private CubeChoice() {}

    /**
     * The cubes that have all these dimensions, the cheapest for one ad or campaign first. The others are for windows
     * in which the first is not complete.
     *
     * @throws ProblemException if there is none
     */
    static List<StatisticsCube> of(Set<Dimension> dimensions) {
        if (StatisticsCube.CREATIVES.dimensions().containsAll(dimensions)) {
            return List.of(StatisticsCube.CREATIVES);
        }
        List<StatisticsCube> cubes = Arrays.stream(StatisticsCube.values())
                .filter(cube -> cube.dimensions().containsAll(dimensions))
                .toList();
        if (cubes.isEmpty()) {
            throw ProblemException.parameter(
                    "filter", names(dimensions), "of no others than " + together() + ": no table has all of them");
        }
        return cubes;
    }

    /** Reads {@code by}, dimensions with commas between them. */
    static List<Dimension> by(Parameters parameters, List<Dimension> allowed) {
        Set<Dimension> by = new LinkedHashSet<>();
        for (String sent : parameters.strings("by")) {
            for (String name : sent.split(",", -1)) {
                by.add(Dimension.ofColumn(name)
                        .filter(allowed::contains)
                        .orElseThrow(() -> ProblemException.parameter(
                                "by", sent, "names with commas between them, of " + names(allowed))));
            }
        }
        return List.copyOf(by);
    }

    /**
     * The largest sets of dimensions that are counted together, such as {@code campaign, device; or campaign, region}.
     */
    static String together() {
        return Arrays.stream(StatisticsCube.values())
                .filter(cube -> cube.keyTableBesideAds().isPresent())
                .map(cube -> names(cube.dimensions()))
                .collect(Collectors.joining("; or "));
    }

    static String names(Collection<Dimension> dimensions) {
        return dimensions.stream().map(Dimension::column).collect(Collectors.joining(", "));
    }
}
