package io.lightflow.lab.up;

import java.math.BigInteger;

/**
 * The counts of joined events on one side. Money is in micros.
 *
 * @param impressions impressions that count
 * @param clicks clicks that count, joined with their impressions
 * @param conversions attributed conversions that count
 * @param invalid events of any kind that are invalid traffic
 */
public record Totals(
        long impressions,
        long clicks,
        long conversions,
        long invalid,
        BigInteger spendMicros,
        BigInteger revenueMicros) {

    public Totals(long impressions, long clicks, long conversions, long invalid, long spendMicros, long revenueMicros) {
        this(
                impressions,
                clicks,
                conversions,
                invalid,
                BigInteger.valueOf(spendMicros),
                BigInteger.valueOf(revenueMicros));
    }
}
