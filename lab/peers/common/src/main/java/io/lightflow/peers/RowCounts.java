package io.lightflow.peers;

import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;

/** The counts of one row of the statistics, or what is added to it. Money is in micros. */
public final class RowCounts {
    public long impressions;
    public long clicks;
    public long conversions;
    public long spendMicros;
    public long revenueMicros;

    public RowCounts() {}

    public void add(RowCounts other) {
        impressions += other.impressions;
        clicks += other.clicks;
        conversions += other.conversions;
        spendMicros += other.spendMicros;
        revenueMicros += other.revenueMicros;
    }

    public void addImpression(Impression impression) {
        impressions++;
        spendMicros += impression.getPriceMicros();
    }

    /** @param priceMicros the click's own price */
    public void addClick(long priceMicros) {
        clicks++;
        spendMicros += priceMicros;
    }

    public void addConversion(Conversion conversion) {
        conversions++;
        revenueMicros += conversion.getRevenueMicros();
    }
}
