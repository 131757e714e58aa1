package io.lightflow.reports.gate;

import java.util.Map;

/**
 * The budgets at one moment. Immutable.
 *
 * @param campaigns by id
 * @param readAt when the database was queried, as {@link System#nanoTime}
 * @param staleFrom moment from which the snapshot is stale, as {@link System#nanoTime}
 * @param lagMs lag of the statistics' watermark when the database was queried; -1 without a watermark
 */
record BudgetSnapshot(Map<String, CampaignLimits> campaigns, long readAt, long staleFrom, long lagMs) {
    BudgetSnapshot with(Map<String, CampaignLimits> others) {
        return new BudgetSnapshot(others, readAt, staleFrom, lagMs);
    }
}
