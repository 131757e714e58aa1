package io.lightflow.topology.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/**
 * Adds to the sums by campaign, within a transaction of the caller, and notifies {@code lightflow_budget} of each
 * campaign that used up its budget by that: listeners hear of it when, and only if, the transaction is committed.
 *
 * <p>Totals are written last, and stay locked until the commit. So of two writers that bring a campaign to its limit
 * together, the second sees what the first has added. Not thread-safe.
 */
final class CampaignWriter {
    /** One odd price must not stop the statistics for ever. */
    private static final String SUM_OF_SPEND =
            "least(t.spend_micros::numeric + excluded.spend_micros, 9223372036854775807)::bigint";

    private static final String UPSERT_SPEND =
            "INSERT INTO campaign_spend AS t (campaign, currency, minutes, time, spend_micros)"
                    + " SELECT a.campaign, a.currency, a.minutes, to_timestamp(a.seconds), a.spend_micros FROM"
                    + " unnest(?, ?, ?, ?, ?) WITH ORDINALITY AS a (campaign, currency, minutes, seconds, spend_micros,"
                    + " ordinal) ORDER BY a.ordinal ON CONFLICT (campaign, currency, minutes, time)"
                    + " DO UPDATE SET spend_micros = " + SUM_OF_SPEND;

    private static final String UPSERT_TOTALS =
            "INSERT INTO campaign_total AS t (campaign, currency, impressions, clicks, spend_micros)"
                    + " SELECT a.campaign, a.currency, a.impressions, a.clicks, a.spend_micros FROM unnest(?, ?, ?,"
                    + " ?, ?) WITH ORDINALITY AS a (campaign, currency, impressions, clicks, spend_micros, ordinal)"
                    + " ORDER BY a.ordinal ON CONFLICT (campaign, currency) DO UPDATE SET"
                    + " impressions = t.impressions + excluded.impressions, clicks = t.clicks + excluded.clicks,"
                    + " spend_micros = " + SUM_OF_SPEND;

    /** Those that are at a limit, and were below all of them without what was added. */
    private static final String NOTIFY =
            "WITH added AS MATERIALIZED (SELECT campaign, sum(impressions) AS impressions, sum(clicks) AS clicks"
                    + " FROM unnest(?, ?, ?) AS a (campaign, impressions, clicks) GROUP BY campaign),"
                    + " reached AS MATERIALIZED (SELECT b.campaign, b.currency, b.exhausted_by, b.day_starts_at,"
                    + " b.day_ends_at, b.total_budget_micros - b.spent_micros AS total_left,"
                    + " b.daily_budget_micros - b.spent_today_micros AS today_left,"
                    + " b.goal_count - b.delivered_count + CASE b.goal_metric WHEN 'clicks' THEN a.clicks"
                    + " ELSE a.impressions END AS goal_left_before"
                    + " FROM added a JOIN campaign_budget b ON b.campaign = a.campaign WHERE b.exhausted)"
                    + " SELECT pg_notify('lightflow_budget', concat_ws(' ', current_schema(), r.exhausted_by,"
                    + " pg_current_xact_id()::text, r.campaign))"
                    + " FROM reached r LEFT JOIN (SELECT campaign, currency, to_timestamp(seconds) AS time, spend"
                    + " FROM unnest(?, ?, ?, ?, ?) AS q (campaign, currency, minutes, seconds, spend) WHERE minutes ="
                    + " 15) AS q ON q.campaign = r.campaign AND q.currency = r.currency"
                    + " GROUP BY r.campaign, r.exhausted_by, r.day_starts_at, r.day_ends_at, r.total_left,"
                    + " r.today_left, r.goal_left_before"
                    + " HAVING coalesce(r.total_left + coalesce(sum(q.spend), 0) > 0, true)"
                    + " AND coalesce(r.today_left + coalesce(sum(q.spend)"
                    + " FILTER (WHERE q.time >= r.day_starts_at AND q.time < r.day_ends_at), 0) > 0, true)"
                    + " AND coalesce(r.goal_left_before > 0, true)";

    /** Two days would do for every time zone; the others are for looking back. */
    private static final Duration SPEND_RETENTION = Duration.ofDays(8);

    private final Connection connection;
    private final CampaignRows rows;

    CampaignWriter(Connection connection, CampaignRows rows) {
        this.connection = connection;
        this.rows = rows;
    }

    void write() throws SQLException {
        Array[] spend = {
            spend("text", row -> row.getKey().account().campaign()),
            spend("text", row -> row.getKey().account().currency()),
            spend("smallint", row -> row.getKey().minutes()),
            spend("bigint", row -> row.getKey().time() / 1000),
            spend("bigint", Map.Entry::getValue)
        };
        Array campaigns = totals("text", total -> total.getKey().campaign());
        Array currencies = totals("text", total -> total.getKey().currency());
        Array impressions = totals("bigint", total -> total.getValue().impressions);
        Array clicks = totals("bigint", total -> total.getValue().clicks);
        Array micros = totals("bigint", total -> total.getValue().spendMicros);
        run(UPSERT_SPEND, spend);
        run(UPSERT_TOTALS, campaigns, currencies, impressions, clicks, micros);
        run(NOTIFY, campaigns, impressions, clicks, spend[0], spend[1], spend[2], spend[3], spend[4]);
    }

    static int deleteOldSpend(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM campaign_spend WHERE time < to_timestamp(?)")) {
            statement.setLong(1, now.minus(SPEND_RETENTION).getEpochSecond());
            return statement.executeUpdate();
        }
    }

    private Array spend(String type, Function<Map.Entry<CampaignRows.SpendPeriod, Long>, Object> column)
            throws SQLException {
        return connection.createArrayOf(
                type, rows.spend.entrySet().stream().map(column).toArray());
    }

    private Array totals(String type, Function<Map.Entry<CampaignRows.Account, CampaignRows.Sums>, Object> column)
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
