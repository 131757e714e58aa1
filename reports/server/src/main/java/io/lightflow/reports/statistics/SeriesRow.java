package io.lightflow.reports.statistics;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;

/**
 * Sums of one step of a series. Rates are exact to the last digit that is given, rounded half up; null where they would
 * be divided by nothing.
 *
 * @param time the beginning of the step, or of the window if there are no steps
 * @param by the values of the dimensions that were asked for, in their order; null in a row of several groups
 * @param groups how many groups of such values it is the sum of
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
        BigInteger spendMicros,
        BigInteger revenueMicros,
        long groups) {
    static final int RATE_SCALE = 6;
    private static final int MILLE = 1_000;

    /** Clicks for each impression. */
    BigDecimal ctr() {
        return divide(BigInteger.valueOf(clicks), 1, impressions, RATE_SCALE);
    }

    /** Conversions for each click. */
    BigDecimal cvr() {
        return divide(BigInteger.valueOf(conversions), 1, clicks, RATE_SCALE);
    }

    /** Spend for a thousand impressions. */
    BigInteger ecpmMicros() {
        return micros(divide(spendMicros, MILLE, impressions, 0));
    }

    /** Spend for a click. */
    BigInteger ecpcMicros() {
        return micros(divide(spendMicros, 1, clicks, 0));
    }

    /** Spend for a conversion. */
    BigInteger ecpaMicros() {
        return micros(divide(spendMicros, 1, conversions, 0));
    }

    private static BigDecimal divide(BigInteger sum, int times, long by, int scale) {
        return by == 0
                ? null
                : new BigDecimal(sum)
                        .multiply(BigDecimal.valueOf(times))
                        .divide(BigDecimal.valueOf(by), scale, RoundingMode.HALF_UP);
    }

    private static BigInteger micros(BigDecimal amount) {
        return amount == null ? null : amount.toBigIntegerExact();
    }
}
