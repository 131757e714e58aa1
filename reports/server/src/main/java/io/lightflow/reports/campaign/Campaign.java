package io.lightflow.reports.campaign;

import java.time.Instant;

/**
 * A campaign as stored and sent.
 *
 * @param totalBudgetMicros null for no limit
 * @param dailyBudgetMicros budget of a day in the time zone; null for no limit
 * @param startsAt null if the campaign has no start
 * @param endsAt null if the campaign has no end
 * @param goal null for none
 * @param pacing asap or even
 * @param status active, paused or ended
 * @param version increases by one with every change
 */
record Campaign(
        String id,
        String advertiser,
        String name,
        String currency,
        Long totalBudgetMicros,
        Long dailyBudgetMicros,
        String timeZone,
        Instant startsAt,
        Instant endsAt,
        Goal goal,
        String pacing,
        String status,
        long version,
        Instant updatedAt) {

    /** @param metric impressions or clicks */
    record Goal(String metric, long count) {}

    String entityTag() {
        return "\"" + version + "\"";
    }
}
