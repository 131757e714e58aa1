package io.lightflow.reports.campaign;

import java.time.Instant;

/**
 * A campaign as it is stored and sent.
 *
 * @param totalBudgetMicros null for no limit
 * @param dailyBudgetMicros null for no limit; of a day in the time zone
 * @param startsAt null: it has begun
 * @param endsAt null: it has no end
 * @param goal null for none
 * @param pacing asap or even
 * @param status active, paused or ended
 * @param version one more with every change
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
