package io.lightflow.statistics;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;

/**
 * The contribution of one joined event to the statistics.
 *
 * @param offset offset of its record in the joined topic
 * @param type its event type
 * @param time event time, ms since the Unix epoch
 * @param row the minute row that it belongs to
 * @param invalid whether it is invalid traffic, which has counts of its own and no money
 * @param spendMicros its cost
 * @param revenueMicros its value to the advertiser
 */
public record StatisticsFact(
        long offset,
        EventType type,
        long time,
        StatisticsKey row,
        boolean invalid,
        long spendMicros,
        long revenueMicros)
        implements BlockEntry {

    /** Adds this to its row's counts. */
    void addTo(Counts counts) {
        switch (type) {
            case IMPRESSION -> {
                counts.impressions += invalid ? 0 : 1;
                counts.invalidImpressions += invalid ? 1 : 0;
            }
            case CLICK -> {
                counts.clicks += invalid ? 0 : 1;
                counts.invalidClicks += invalid ? 1 : 0;
            }
            case CONVERSION -> {
                counts.conversions += invalid ? 0 : 1;
                counts.invalidConversions += invalid ? 1 : 0;
            }
            case TAG -> {}
        }
        if (!invalid) {
            counts.addSpend(spendMicros);
            counts.addRevenue(revenueMicros);
        }
    }
}
