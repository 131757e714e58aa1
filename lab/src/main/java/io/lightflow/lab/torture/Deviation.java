package io.lightflow.lab.torture;

import io.lightflow.lab.stock.CampaignMinute;
import java.util.HashMap;
import java.util.Map;

/**
 * The differences between the stored counts and the true counts.
 *
 * @param excess stored count minus true count, by campaign and minute; never 0
 */
record Deviation(Map<CampaignMinute, Long> excess) {
    static final Deviation NONE = new Deviation(Map.of());

    Deviation {
        excess = Map.copyOf(excess);
    }

    static Deviation between(Map<CampaignMinute, Long> there, Map<CampaignMinute, Long> counted) {
        Map<CampaignMinute, Long> excess = new HashMap<>(counted);
        there.forEach((key, count) -> excess.merge(key, -count, Long::sum));
        excess.values().removeIf(count -> count == 0);
        return new Deviation(excess);
    }

    /** The part of this deviation that an earlier one does not contain. */
    Deviation since(Deviation earlier) {
        return between(earlier.excess, excess);
    }

    boolean isNone() {
        return excess.isEmpty();
    }

    /** Number of events missing from the counts. */
    long lost() {
        return -excess.values().stream().mapToLong(count -> Math.min(count, 0)).sum();
    }

    /** Number of surplus events in the counts. */
    long doubled() {
        return excess.values().stream().mapToLong(count -> Math.max(count, 0)).sum();
    }
}
