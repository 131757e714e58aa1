package io.lightflow.reports.statistics;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;

/**
 * Sums of one step of a series. Rates are exact to the last digit that is given, rounded half up; null where they would
 * be divided by nothing.
 *
 * @param by the values of the dimensions that were asked for, in their order
 */
record SeriesRow(
        Instant time,
        List<String> by,
        String currency,
        long impressions,
        long clicks,
        long conversions,
        long invalidImpressions,
        long invalidClicks,
        long invalidConversions,
        long spendMicros,
        long revenueMicros) {
    static final int RATE_SCALE = 6;
    private static final int MILLE = 1_000;

    /** Clicks for each impression. */
    BigDecimal ctr() {
        return divide(clicks, 1, impressions, RATE_SCALE);
    }

    /** Conversions for each click. */
    BigDecimal cvr() {
        return divide(conversions, 1, clicks, RATE_SCALE);
    }

    /** Spend for a thousand impressions. */
    Long ecpmMicros() {
        return micros(divide(spendMicros, MILLE, impressions, 0));
    }

    /** Spend for a click. */
    Long ecpcMicros() {
        return micros(divide(spendMicros, 1, clicks, 0));
    }

    /** Spend for a conversion. */
    Long ecpaMicros() {
        return micros(divide(spendMicros, 1, conversions, 0));
    }

    private static BigDecimal divide(long sum, int times, long by, int scale) {
        return by == 0
                ? null
                : BigDecimal.valueOf(sum)
                        .multiply(BigDecimal.valueOf(times))
                        .divide(BigDecimal.valueOf(by), scale, RoundingMode.HALF_UP);
    }

    private static Long micros(BigDecimal amount) {
        return amount == null ? null : Long.valueOf(amount.longValueExact());
    }
}
