package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.Function;

/**
 * Adds to the sums by campaign, within a transaction of the caller, and notifies {@code lightflow_budget} of each
 * campaign that used up its budget by that: listeners hear of it when, and only if, the transaction is committed.
 *
 * <p>Totals are written after the quarters, and stay locked until the commit. So of two writers that bring a campaign to
 * its limit together, the second sees what the first has added. Not thread-safe.
 */
final class CampaignWriter {
    private static final String UPSERT_QUARTERS =
            "INSERT INTO campaign_quarter AS t (campaign, currency, time, spend_micros)"
                    + " SELECT a.campaign, a.currency, to_timestamp(a.seconds), a.spend_micros FROM"
                    + " unnest(?, ?, ?, ?) WITH ORDINALITY AS a (campaign, currency, seconds, spend_micros, ordinal)"
                    + " ORDER BY a.ordinal ON CONFLICT (campaign, currency, time)"
                    + " DO UPDATE SET spend_micros = t.spend_micros + excluded.spend_micros";

    private static final String UPSERT_TOTALS =
            "INSERT INTO campaign_total AS t (campaign, currency, impressions, clicks, spend_micros)"
                    + " SELECT a.campaign, a.currency, a.impressions, a.clicks, a.spend_micros FROM unnest(?, ?, ?, ?, ?)"
                    + " WITH ORDINALITY AS a (campaign, currency, impressions, clicks, spend_micros, ordinal)"
                    + " ORDER BY a.ordinal ON CONFLICT (campaign, currency) DO UPDATE SET"
                    + " impressions = t.impressions + excluded.impressions, clicks = t.clicks + excluded.clicks,"
                    + " spend_micros = t.spend_micros + excluded.spend_micros";

    /** Those that are at a limit, and were below all of them without what was added. */
    private static final String NOTIFY =
            "WITH quarter AS MATERIALIZED (SELECT campaign, currency, to_timestamp(seconds) AS time, spend"
                    + " FROM unnest(?, ?, ?, ?) AS q (campaign, currency, seconds, spend)),"
                    + " added AS MATERIALIZED (SELECT campaign, sum(impressions) AS impressions, sum(clicks) AS clicks"
                    + " FROM unnest(?, ?, ?) AS a (campaign, impressions, clicks) GROUP BY campaign)"
                    + " SELECT pg_notify('lightflow_budget', concat_ws(' ', current_schema(), b.exhausted_by,"
                    + " pg_current_xact_id()::text, b.campaign))"
                    + " FROM added a JOIN campaign_budget b ON b.campaign = a.campaign"
                    + " CROSS JOIN LATERAL (SELECT coalesce(sum(q.spend), 0) AS total, coalesce(sum(q.spend)"
                    + " FILTER (WHERE q.time >= b.day_starts_at AND q.time < b.day_ends_at), 0) AS today"
                    + " FROM quarter q WHERE q.campaign = b.campaign AND q.currency = b.currency) s"
                    + " WHERE b.exhausted"
                    + " AND (b.total_budget_micros IS NULL OR b.spent_micros - s.total < b.total_budget_micros)"
                    + " AND (b.daily_budget_micros IS NULL OR b.spent_today_micros - s.today < b.daily_budget_micros)"
                    + " AND (b.goal_count IS NULL OR b.delivered_count - CASE b.goal_metric"
                    + " WHEN 'clicks' THEN a.clicks ELSE a.impressions END < b.goal_count)";

    private final Connection connection;
    private final CampaignRows rows;

    CampaignWriter(Connection connection, CampaignRows rows) {
        this.connection = connection;
        this.rows = rows;
    }

    void write() throws SQLException {
        Array[] quarters = {
            quarters("text", quarter -> quarter.getKey().account().campaign()),
            quarters("text", quarter -> quarter.getKey().account().currency()),
            quarters("bigint", quarter -> quarter.getKey().time() / 1000),
            quarters("bigint", Map.Entry::getValue)
        };
        Array campaigns = totals("text", total -> total.getKey().campaign());
        Array impressions = totals("bigint", total -> total.getValue().impressions);
        Array clicks = totals("bigint", total -> total.getValue().clicks);
        Array currencies = totals("text", total -> total.getKey().currency());
        Array spend = totals("bigint", total -> total.getValue().spendMicros);
        run(UPSERT_QUARTERS, quarters);
        run(UPSERT_TOTALS, campaigns, currencies, impressions, clicks, spend);
        run(NOTIFY, quarters[0], quarters[1], quarters[2], quarters[3], campaigns, impressions, clicks);
    }

    private Array quarters(String type, Function<Map.Entry<CampaignRows.Quarter, Long>, Object> column)
            throws SQLException {
        return connection.createArrayOf(
                type, rows.quarters.entrySet().stream().map(column).toArray());
    }

    private Array totals(String type, Function<Map.Entry<CampaignRows.Account, Counts>, Object> column)
            throws SQLException {
        return connection.createArrayOf(
                type, rows.totals.entrySet().stream().map(column).toArray());
    }

    private void run(String sql, Array... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setArray(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }
}
