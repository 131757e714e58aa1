package io.lightflow.reports.alert;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.lightflow.statistics.Dimension;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The figure that a rule compares with its threshold. */
enum AlertFigure {
    IMPRESSIONS(Source.STATISTICS, Unit.COUNT),
    CLICKS(Source.STATISTICS, Unit.COUNT),
    CONVERSIONS(Source.STATISTICS, Unit.COUNT),
    INVALID_IMPRESSIONS(Source.STATISTICS, Unit.COUNT),
    INVALID_CLICKS(Source.STATISTICS, Unit.COUNT),
    INVALID_CONVERSIONS(Source.STATISTICS, Unit.COUNT),
    SPEND_MICROS(Source.STATISTICS, Unit.MICROS),
    REVENUE_MICROS(Source.STATISTICS, Unit.MICROS),
    /** Clicks for each impression. */
    CTR(Source.STATISTICS, Unit.SHARE),
    /** Conversions for each click. */
    CVR(Source.STATISTICS, Unit.SHARE),
    ECPM_MICROS(Source.STATISTICS, Unit.MICROS),
    ECPC_MICROS(Source.STATISTICS, Unit.MICROS),
    ECPA_MICROS(Source.STATISTICS, Unit.MICROS),
    /** Time since the newest counted event. */
    SILENCE_SECONDS(Source.SILENCE, Unit.SECONDS),
    /** Spend for each micro of the total budget, of each campaign. */
    TOTAL_BUDGET_SPENT(Source.BUDGETS, Unit.SHARE),
    /** Spend of today for each micro of the daily budget, of each campaign. */
    DAILY_BUDGET_SPENT(Source.BUDGETS, Unit.SHARE),
    /** The delivered part of the goal, of each campaign. */
    GOAL_DELIVERED(Source.BUDGETS, Unit.SHARE),
    /** How far the statistics lag. */
    LAG_SECONDS(Source.PLATFORM, Unit.SECONDS),
    /** Differences that certificates of the hours of the window found, of each group. */
    CERTIFICATE_DIFFERENCES(Source.PLATFORM, Unit.COUNT);

    static final List<String> LABELS =
            Arrays.stream(values()).map(AlertFigure::label).toList();

    /** The origin of a figure. */
    enum Source {
        STATISTICS,
        SILENCE,
        BUDGETS,
        /** Of all advertisers. */
        PLATFORM
    }

    enum Unit {
        COUNT,
        MICROS,
        SHARE,
        SECONDS
    }

    private final Source source;
    private final Unit unit;

    AlertFigure(Source source, Unit unit) {
        this.source = source;
        this.unit = unit;
    }

    @JsonCreator
    static AlertFigure of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** Its name in requests and answers. */
    @JsonValue
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its name for people. */
    String words() {
        return label().replaceAll("_(micros|seconds)$", "").replace('_', ' ');
    }

    Source source() {
        return source;
    }

    Unit unit() {
        return unit;
    }

    /** Whether it is summed up over the window of the rule. */
    boolean hasWindow() {
        return source == Source.STATISTICS || this == CERTIFICATE_DIFFERENCES;
    }

    /** The dimensions by which a rule on it may filter. */
    Set<Dimension> filters() {
        return switch (source) {
            case STATISTICS, SILENCE -> Set.copyOf(Dimension.all());
            case BUDGETS -> Set.of(Dimension.CAMPAIGN);
            case PLATFORM -> Set.of();
        };
    }
}
