package io.lightflow.reports.alert;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.lightflow.statistics.Dimension;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The condition under which an alert fires and resolves. Between the two thresholds it stays as it is.
 *
 * @param filter the values that count, by the column of their dimension
 * @param is whether it fires at or above the threshold, or at or below it
 * @param threshold where it fires, in the unit of the figure; a share of the former figure with {@code PREVIOUS_PERIOD}
 * @param resolveThreshold beyond which it resolves
 * @param windowMinutes over which the figure is summed up; null for figures without a window
 * @param holdMinutes for how long the figure must be beyond a threshold; 0 for one evaluation
 * @param minimumImpressions with fewer impressions in the window, the alert stays as it is
 */
record AlertCondition(
        AlertFigure figure,
        Map<String, List<String>> filter,
        Basis comparedWith,
        Side is,
        BigDecimal threshold,
        BigDecimal resolveThreshold,
        Integer windowMinutes,
        int holdMinutes,
        long minimumImpressions) {

    /** The measure of the figure. */
    enum Basis implements Labelled {
        THRESHOLD,
        /** The figure of the window before, which is as long. */
        PREVIOUS_PERIOD
    }

    /** The side of the threshold on which the alert fires. */
    enum Side implements Labelled {
        AT_LEAST,
        AT_MOST
    }

    AlertCondition {
        Objects.requireNonNull(figure, "figure");
        Objects.requireNonNull(comparedWith, "comparedWith");
        filter = Map.copyOf(filter);
        if (figure.hasWindow() == (windowMinutes == null)) {
            throw new IllegalArgumentException(
                    "a window of " + windowMinutes + " minutes does not suit " + figure.label());
        }
        int order = resolveThreshold.compareTo(threshold);
        if (is == Side.AT_LEAST ? order > 0 : order < 0) {
            throw new IllegalArgumentException(
                    "the alert would resolve at " + resolveThreshold + ", which still fires it at " + threshold);
        }
    }

    @JsonIgnore
    Duration hold() {
        return Duration.ofMinutes(holdMinutes);
    }

    @JsonIgnore
    Map<Dimension, Set<String>> dimensions() {
        Map<Dimension, Set<String>> dimensions = new EnumMap<>(Dimension.class);
        filter.forEach((name, values) -> dimensions.put(Dimension.ofColumn(name).orElseThrow(), new TreeSet<>(values)));
        return dimensions;
    }

    boolean firesAt(BigDecimal value) {
        return is == Side.AT_LEAST ? value.compareTo(threshold) >= 0 : value.compareTo(threshold) <= 0;
    }

    boolean resolvesAt(BigDecimal value) {
        return is == Side.AT_LEAST ? value.compareTo(resolveThreshold) < 0 : value.compareTo(resolveThreshold) > 0;
    }
}
