package io.lightflow.reports.gate;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Reads budgets if they have changed since the last time. Between two commits of the statistics, which are seconds
 * apart, a query of the ledger is enough. One thread uses it.
 */
final class BudgetReader {
    /** One statement reads one snapshot. The sum of the versions grows with every change of a campaign. */
    private static final String CHANGE_MARKER =
            "SELECT concat_ws(' ', (SELECT md5(string_agg(concat_ws('/', l.topology,"
                    + " l.group_name, l.shard, l.epoch, l.position), ',' ORDER BY l.topology, l.group_name, l.shard))"
                    + " FROM ledger l), count(*), sum(c.version)),"
                    + " (SELECT CASE WHEN bool_and(l.watermark IS NOT NULL) THEN"
                    + " greatest(0, floor(extract(epoch FROM now() - min(l.watermark)) * 1000))::bigint END"
                    + " FROM ledger l),"
                    + " now(), pg_snapshot_xmin(pg_current_snapshot())::text FROM campaign c";

    private static final String BUDGETS = "SELECT campaign, advertiser, status, starts_at, ends_at, exhausted_by,"
            + " day_ends_at, pace_of, pace_amount, pace_from, pace_to, pace_actual FROM campaign_budget";

    /** Changes that the marker cannot show, such as the end of a day, are read after this time at the latest. */
    private static final Duration MAX_REUSE = Duration.ofMinutes(1);

    /** A century: never reached, and small enough to be subtracted without overflow. */
    private static final long NEVER = Duration.ofDays(36_500).toNanos();

    private final Duration maxAge;
    private final Optional<Duration> maxLag;
    private final LongSupplier nanoTime;

    private String lastMarker = "";
    private long lastFullRead;
    private Map<String, CampaignLimits> campaigns = Map.of();

    BudgetReader(BudgetGateSettings settings, LongSupplier nanoTime) {
        this.maxAge = settings.maxAge();
        this.maxLag = settings.maxLag();
        this.nanoTime = nanoTime;
    }

    /** @param oldestUnseen every transaction with a lower id is in the snapshot or was rolled back */
    record BudgetReading(BudgetSnapshot snapshot, long oldestUnseen) {}

    /** @param connection with auto-commit off and REPEATABLE READ, so that both statements read the same snapshot */
    BudgetReading read(Connection connection) throws SQLException {
        long now = nanoTime.getAsLong();
        try (Statement statement = connection.createStatement()) {
            BudgetReading reading;
            try (ResultSet found = statement.executeQuery(CHANGE_MARKER)) {
                found.next();
                String mark = found.getString(1);
                long behindMs = found.getLong(2);
                boolean unknown = found.wasNull();
                Instant databaseNow = found.getObject(3, OffsetDateTime.class).toInstant();
                long oldestUnseen = Long.parseLong(found.getString(4));
                if (!mark.equals(lastMarker) || now - lastFullRead >= MAX_REUSE.toNanos()) {
                    lastMarker = "";
                    campaigns = readAll(connection, now, databaseNow);
                    lastFullRead = now;
                    lastMarker = mark;
                }
                long staleFrom = now + maxAge.toNanos();
                if (maxLag.isPresent()) {
                    long lagAllows = unknown ? 0 : maxLag.get().toMillis() - behindMs;
                    staleFrom = Math.min(
                            staleFrom,
                            now + Duration.ofMillis(Math.max(0, lagAllows)).toNanos());
                }
                reading = new BudgetReading(
                        new BudgetSnapshot(campaigns, now, staleFrom, unknown ? -1 : behindMs), oldestUnseen);
            }
            connection.commit();
            return reading;
        }
    }

    private static Map<String, CampaignLimits> readAll(Connection connection, long now, Instant databaseNow)
            throws SQLException {
        Map<String, CampaignLimits> campaigns = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(5_000);
            try (ResultSet row = statement.executeQuery(BUDGETS)) {
                while (row.next()) {
                    campaigns.put(row.getString("campaign"), limits(row, now, databaseNow));
                }
            }
        }
        return campaigns;
    }

    private static CampaignLimits limits(ResultSet row, long now, Instant databaseNow) throws SQLException {
        String exhaustedBy = row.getString("exhausted_by");
        Decision standing =
                switch (row.getString("status")) {
                    case "ended" -> Decision.ENDED;
                    case "paused" -> Decision.PAUSED;
                    default ->
                        "total".equals(exhaustedBy)
                                ? Decision.EXHAUSTED
                                : "goal".equals(exhaustedBy) ? Decision.GOAL_REACHED : Decision.GO;
                };
        long dayEnds = nanos(row, "day_ends_at", now, databaseNow, now);
        return new CampaignLimits(
                standing,
                row.getString("advertiser"),
                nanos(row, "starts_at", now, databaseNow, now - NEVER),
                nanos(row, "ends_at", now, databaseNow, now + NEVER),
                "day".equals(exhaustedBy) ? dayEnds : now - NEVER,
                lineCatchesUpAt(row, now, databaseNow, dayEnds),
                dayEnds);
    }

    /** When an even pace reaches the actual spend. */
    private static long lineCatchesUpAt(ResultSet row, long now, Instant databaseNow, long dayEnds)
            throws SQLException {
        String paceOf = row.getString("pace_of");
        if (paceOf == null) {
            return now - NEVER;
        }
        long from = nanos(row, "pace_from", now, databaseNow, now);
        long to = nanos(row, "pace_to", now, databaseNow, now);
        BigInteger amount = BigInteger.valueOf(Math.max(1, row.getLong("pace_amount")));
        long wait = BigInteger.valueOf(Math.max(0, to - from))
                .multiply(BigInteger.valueOf(row.getLong("pace_actual")))
                .divide(amount)
                .min(BigInteger.valueOf(NEVER))
                .longValueExact();
        return paceOf.equals("day") ? Math.min(from + wait, dayEnds) : from + wait;
    }

    private static long nanos(ResultSet row, String column, long now, Instant databaseNow, long otherwise)
            throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        if (time == null) {
            return otherwise;
        }
        long seconds = time.toInstant().getEpochSecond() - databaseNow.getEpochSecond();
        long limit = Duration.ofNanos(NEVER).toSeconds();
        if (Math.abs(seconds) >= limit) {
            return seconds < 0 ? now - NEVER : now + NEVER;
        }
        return now + Duration.between(databaseNow, time.toInstant()).toNanos();
    }
}
