package io.lightflow.reports.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A count or a sum of a row. */
enum Measure {
    IMPRESSIONS,
    CLICKS,
    CONVERSIONS,
    INVALID_IMPRESSIONS,
    INVALID_CLICKS,
    INVALID_CONVERSIONS,
    SPEND_MICROS,
    REVENUE_MICROS;

    static final List<String> NAMES =
            Arrays.stream(values()).map(Measure::column).toList();

    /** Its name in requests, and its column. */
    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Measure named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Whether sums of different currencies mean nothing. */
    boolean isMoney() {
        return this == SPEND_MICROS || this == REVENUE_MICROS;
    }
}
