package io.lightflow.statistics;

/** The counts and the money (in micros) of a statistics row, or an addition to them. Mutable, not thread-safe. */
public final class Counts {
    public long impressions;
    public long clicks;
    public long conversions;
    public long invalidImpressions;
    public long invalidClicks;
    public long invalidConversions;
    public long spendMicros;
    public long revenueMicros;

    /** @throws ArithmeticException if a sum does not fit into 64 bits */
    public void add(Counts other) {
        impressions += other.impressions;
        clicks += other.clicks;
        conversions += other.conversions;
        invalidImpressions += other.invalidImpressions;
        invalidClicks += other.invalidClicks;
        invalidConversions += other.invalidConversions;
        spendMicros = Math.addExact(spendMicros, other.spendMicros);
        revenueMicros = Math.addExact(revenueMicros, other.revenueMicros);
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
                && revenueMicros == counts.revenueMicros;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(impressions * 31 + clicks * 17 + spendMicros);
    }

    @Override
    public String toString() {
        return "impressions=" + impressions + " clicks=" + clicks + " conversions=" + conversions + " invalid="
                + invalidImpressions + "/" + invalidClicks + "/" + invalidConversions + " spendMicros=" + spendMicros
                + " revenueMicros=" + revenueMicros;
    }
}
