package io.lightflow.reports.gate;

import java.util.Map;

/**
 * What is known at a moment. Immutable.
 *
 * @param campaigns by id
 * @param readAt when the database was asked, as {@link System#nanoTime}
 * @param staleFrom moment from which it is not trusted, as {@link System#nanoTime}
 * @param behindMs how far the watermark of the statistics lay back when the database was asked; -1 if there is none
 */
record Snapshot(Map<String, CampaignLimits> campaigns, long readAt, long staleFrom, long behindMs) {
    Snapshot with(Map<String, CampaignLimits> others) {
        return new Snapshot(others, readAt, staleFrom, behindMs);
    }
}
