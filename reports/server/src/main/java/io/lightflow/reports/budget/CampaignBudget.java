package io.lightflow.reports.budget;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * The spent and remaining budget of a campaign.
 *
 * @param decision what a bidder decides by this snapshot: a {@link io.lightflow.reports.gate.Decision} in lower case
 * @param startsAt null if the campaign has no start
 * @param endsAt null if the campaign has no end
 * @param goal null for none
 * @param exhaustedBy total, goal or day; null if no limit is reached
 * @param pace null if the pacing is asap
 * @param asOf null in lists, which state it once for all campaigns
 */
record CampaignBudget(
        String campaign,
        String advertiser,
        String name,
        String status,
        String decision,
        Instant startsAt,
        Instant endsAt,
        String currency,
        Money total,
        Day today,
        Goal goal,
        boolean exhausted,
        String exhaustedBy,
        Pace pace,
        @JsonInclude(JsonInclude.Include.NON_NULL) AsOf asOf) {

    /** The decision of the gate in SQL, to filter and sort by it. The gate's pace is a time, and this one an amount. */
    static final String DECISION = "CASE WHEN status = 'ended' OR ends_at <= now() THEN 'ended'"
            + " WHEN status = 'paused' THEN 'paused' WHEN starts_at > now() THEN 'not_started'"
            + " WHEN exhausted_by = 'total' THEN 'exhausted' WHEN exhausted_by = 'goal' THEN 'goal_reached'"
            + " WHEN exhausted_by = 'day' THEN 'exhausted_today' WHEN pace_actual > pace_line THEN 'ahead_of_pace'"
            + " ELSE 'go' END";

    /** Columns of {@code campaign_budget} without those that are the same for all campaigns. */
    static final String COLUMNS = "campaign, advertiser, name, status, " + DECISION
            + " AS decision, starts_at, ends_at, currency, total_budget_micros, spent_micros,"
            + " remaining_micros, daily_budget_micros, spent_today_micros, remaining_today_micros, day_starts_at,"
            + " day_ends_at, time_zone, goal_metric, goal_count, delivered_count, exhausted, exhausted_by, pace_of,"
            + " pace_amount, pace_line, pace_actual, pace_from, pace_to";

    /** @param remainingMicros negative if the campaign is overspent; null for no limit */
    record Money(Long budgetMicros, long spentMicros, Long remainingMicros) {}

    /** The budget of the current day in the campaign's time zone. */
    record Day(
            Long budgetMicros,
            long spentMicros,
            Long remainingMicros,
            String timeZone,
            Instant startsAt,
            Instant endsAt) {}

    record Goal(String metric, long count, long delivered) {}

    /**
     * @param of what the pacing spreads: total, day or goal
     * @param amount the amount between the two times, in micros or counts
     * @param line the amount of an even pace by now
     * @param ahead actual minus line; negative if behind
     */
    record Pace(String of, long amount, long line, long actual, long ahead, Instant from, Instant to) {}

    /**
     * @param watermark event time up to which all events are counted; null if a shard has none yet
     * @param behindMs lag of the watermark
     * @param committedAt time of the last commit of statistics
     * @param positions positions of each shard; null unless requested
     */
    record AsOf(
            Instant watermark,
            Long behindMs,
            Instant committedAt,
            @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode positions) {
        private static final String TIMES = "(CASE WHEN bool_and(watermark IS NOT NULL) THEN min(watermark) END)"
                + " AS as_of_watermark, (CASE WHEN bool_and(watermark IS NOT NULL) THEN"
                + " greatest(0, floor(extract(epoch FROM now() - min(watermark)) * 1000))::bigint END) AS behind_ms,"
                + " max(committed_at) AS as_of_committed_at";

        static final String SELECT = "SELECT " + TIMES + " FROM ledger";

        static final String SELECT_WITH_POSITIONS = "SELECT " + TIMES
                + ", jsonb_object_agg(topology || '/' || group_name || '/' || shard, position)"
                + " FILTER (WHERE position IS NOT NULL) AS as_of_positions FROM ledger";

        static AsOf read(ResultSet row) throws SQLException {
            return read(row, null);
        }

        static AsOf readWithPositions(ResultSet row) throws SQLException {
            try {
                String positions = row.getString("as_of_positions");
                return read(row, ReportsJson.MAPPER.readTree(positions == null ? "{}" : positions));
            } catch (JsonProcessingException e) {
                throw new SQLException("The positions are invalid JSON", e);
            }
        }

        private static AsOf read(ResultSet row, JsonNode positions) throws SQLException {
            return new AsOf(
                    instant(row, "as_of_watermark"),
                    row.getObject("behind_ms", Long.class),
                    instant(row, "as_of_committed_at"),
                    positions);
        }
    }

    static CampaignBudget read(ResultSet row, AsOf asOf) throws SQLException {
        String metric = row.getString("goal_metric");
        String paceOf = row.getString("pace_of");
        return new CampaignBudget(
                row.getString("campaign"),
                row.getString("advertiser"),
                row.getString("name"),
                row.getString("status"),
                row.getString("decision"),
                instant(row, "starts_at"),
                instant(row, "ends_at"),
                row.getString("currency"),
                new Money(
                        row.getObject("total_budget_micros", Long.class),
                        row.getLong("spent_micros"),
                        row.getObject("remaining_micros", Long.class)),
                new Day(
                        row.getObject("daily_budget_micros", Long.class),
                        row.getLong("spent_today_micros"),
                        row.getObject("remaining_today_micros", Long.class),
                        row.getString("time_zone"),
                        instant(row, "day_starts_at"),
                        instant(row, "day_ends_at")),
                metric == null ? null : new Goal(metric, row.getLong("goal_count"), row.getLong("delivered_count")),
                row.getBoolean("exhausted"),
                row.getString("exhausted_by"),
                paceOf == null ? null : pace(paceOf, row),
                asOf);
    }

    private static Pace pace(String of, ResultSet row) throws SQLException {
        long line = row.getLong("pace_line");
        long actual = row.getLong("pace_actual");
        return new Pace(
                of,
                row.getLong("pace_amount"),
                line,
                actual,
                actual - line,
                instant(row, "pace_from"),
                instant(row, "pace_to"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
