package io.lightflow.statistics;

import java.math.BigInteger;

/**
 * The counts and the money (in micros) of a statistics row, or an addition to them. Mutable, not thread-safe.
 *
 * <p>Sums of money may exceed 64 bits. Each is {@code carry * 2^63 + micros}; the carry of nearly every row is 0.
 */
public final class Counts {
    private static final int CARRY_BITS = 63;

    public long impressions;
    public long clicks;
    public long conversions;
    public long invalidImpressions;
    public long invalidClicks;
    public long invalidConversions;
    public long spendMicros;
    public long revenueMicros;
    public long spendCarry;
    public long revenueCarry;

    public void add(Counts other) {
        impressions += other.impressions;
        clicks += other.clicks;
        conversions += other.conversions;
        invalidImpressions += other.invalidImpressions;
        invalidClicks += other.invalidClicks;
        invalidConversions += other.invalidConversions;
        addSpend(other.spendMicros);
        addRevenue(other.revenueMicros);
        spendCarry += other.spendCarry;
        revenueCarry += other.revenueCarry;
    }

    void addSpend(long micros) {
        long sum = spendMicros + micros;
        if (overflows(spendMicros, micros, sum)) {
            spendCarry += carry(micros);
            sum ^= Long.MIN_VALUE;
        }
        spendMicros = sum;
    }

    void addRevenue(long micros) {
        long sum = revenueMicros + micros;
        if (overflows(revenueMicros, micros, sum)) {
            revenueCarry += carry(micros);
            sum ^= Long.MIN_VALUE;
        }
        revenueMicros = sum;
    }

    private static boolean overflows(long one, long other, long sum) {
        return ((one ^ sum) & (other ^ sum)) < 0;
    }

    private static int carry(long micros) {
        return micros < 0 ? -1 : 1;
    }

    /** Whether a sum of money is beyond 64 bits. */
    public boolean hasCarry() {
        return (spendCarry | revenueCarry) != 0;
    }

    public BigInteger exactSpend() {
        return exact(spendCarry, spendMicros);
    }

    public BigInteger exactRevenue() {
        return exact(revenueCarry, revenueMicros);
    }

    private static BigInteger exact(long carry, long micros) {
        return BigInteger.valueOf(carry).shiftLeft(CARRY_BITS).add(BigInteger.valueOf(micros));
    }

    /**
     * Sets the money.
     *
     * @param spend in micros, not negative
     * @param revenue in micros, not negative
     */
    public void setMoney(BigInteger spend, BigInteger revenue) {
        spendMicros = spend.longValue() & Long.MAX_VALUE;
        spendCarry = spend.shiftRight(CARRY_BITS).longValueExact();
        revenueMicros = revenue.longValue() & Long.MAX_VALUE;
        revenueCarry = revenue.shiftRight(CARRY_BITS).longValueExact();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Counts counts
                && impressions == counts.impressions
                && clicks == counts.clicks
                && conversions == counts.conversions
                && invalidImpressions == counts.invalidImpressions
                && invalidClicks == counts.invalidClicks
                && invalidConversions == counts.invalidConversions
                && spendMicros == counts.spendMicros
                && revenueMicros == counts.revenueMicros
                && spendCarry == counts.spendCarry
                && revenueCarry == counts.revenueCarry;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(impressions * 31 + clicks * 17 + spendMicros);
    }

    @Override
    public String toString() {
        return "impressions=" + impressions + " clicks=" + clicks + " conversions=" + conversions + " invalid="
                + invalidImpressions + "/" + invalidClicks + "/" + invalidConversions + " spendMicros="
                + exactSpend() + " revenueMicros=" + exactRevenue();
    }
}
