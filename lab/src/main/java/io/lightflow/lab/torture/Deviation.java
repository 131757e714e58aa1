package io.lightflow.lab.torture;

import io.lightflow.lab.stock.CampaignMinute;
import java.util.HashMap;
import java.util.Map;

/**
 * Where counts are wrong.
 *
 * @param excess by campaign and minute, counted minus there; never 0
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

    /** What has come on top of an earlier one. */
    Deviation since(Deviation earlier) {
        return between(earlier.excess, excess);
    }

    boolean isNone() {
        return excess.isEmpty();
    }

    /** Events that are missing in the counts. */
    long lost() {
        return -excess.values().stream().mapToLong(count -> Math.min(count, 0)).sum();
    }

    /** Events that the counts have too many. */
    long doubled() {
        return excess.values().stream().mapToLong(count -> Math.max(count, 0)).sum();
    }
}
