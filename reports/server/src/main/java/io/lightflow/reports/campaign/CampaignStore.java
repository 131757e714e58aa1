package io.lightflow.reports.campaign;

import io.lightflow.reports.campaign.Campaign.Goal;
import io.lightflow.reports.http.ProblemDetails.InvalidParameter;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reads and writes the table of campaigns. A trigger writes each change and its account to the audit in the same
 * transaction.
 */
final class CampaignStore {
    private static final String COLUMNS = "id, advertiser, name, currency, total_budget_micros, daily_budget_micros,"
            + " time_zone, starts_at, ends_at, goal_metric, goal_count, pacing, status, version, updated_at";
    private static final String UNKNOWN_ZONE = "22023";

    private final Sql replica;
    private final Optional<Sql> primary;

    CampaignStore(Sql replica, Optional<Sql> primary) {
        this.replica = replica;
        this.primary = primary;
    }

    /**
     * Selects the campaigns to list, and the start of the page.
     *
     * @param advertiser null for all; likewise for the other components
     * @param text a substring of the name or the id
     * @param after id of the last listed campaign
     */
    record Filter(String advertiser, String status, String text, String after, int limit) {}

    Optional<Campaign> get(String id) {
        return replica.query("get campaign " + id, connection -> get(connection, id, ""));
    }

    private static Optional<Campaign> get(Connection connection, String id, String lock) throws SQLException {
        return Sql.first(
                connection, "SELECT " + COLUMNS + " FROM campaign WHERE id = ?" + lock, CampaignStore::campaign, id);
    }

    /** Returns one more campaign than the limit, if more exist. */
    List<Campaign> list(Filter filter) {
        StringBuilder sql = new StringBuilder("SELECT " + COLUMNS + " FROM campaign WHERE true");
        List<Object> parameters = new ArrayList<>();
        and(sql, parameters, " AND advertiser = ?", filter.advertiser());
        and(sql, parameters, " AND status = ?", filter.status());
        and(sql, parameters, " AND id > ?", filter.after());
        if (filter.text() != null) {
            and(sql, parameters, " AND (position(lower(?) IN lower(name)) > 0", filter.text());
            and(sql, parameters, " OR position(lower(?) IN lower(id)) > 0)", filter.text());
        }
        sql.append(" ORDER BY id LIMIT ").append(filter.limit() + 1);
        return replica.query(
                "list the campaigns",
                connection -> Sql.all(connection, sql.toString(), CampaignStore::campaign, parameters.toArray()));
    }

    private static void and(StringBuilder sql, List<Object> parameters, String condition, String value) {
        if (value != null) {
            sql.append(condition);
            parameters.add(value);
        }
    }

    /** @return empty if a campaign with this id exists */
    Optional<Campaign> create(String account, Campaign campaign) {
        return primary().inTransaction("create campaign " + campaign.id(), connection -> {
            setAccount(connection, account);
            return checkingZone(
                    campaign,
                    () -> Sql.first(
                            connection,
                            "INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros,"
                                    + " daily_budget_micros, time_zone, starts_at, ends_at, goal_metric, goal_count,"
                                    + " pacing, status) VALUES (?, ?, ?, ?, ?::bigint, ?::bigint, ?, ?::timestamptz,"
                                    + " ?::timestamptz, ?, ?::bigint, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING "
                                    + COLUMNS,
                            CampaignStore::campaign,
                            campaign.id(),
                            campaign.advertiser(),
                            campaign.name(),
                            campaign.currency(),
                            campaign.totalBudgetMicros(),
                            campaign.dailyBudgetMicros(),
                            campaign.timeZone(),
                            at(campaign.startsAt()),
                            at(campaign.endsAt()),
                            campaign.goal() == null ? null : campaign.goal().metric(),
                            campaign.goal() == null ? null : campaign.goal().count(),
                            campaign.pacing(),
                            campaign.status()));
        });
    }

    /**
     * Changes a campaign under a lock.
     *
     * @param change may refuse by throwing
     * @return empty if there is none with this id
     */
    Optional<Campaign> change(String account, String id, UnaryOperator<Campaign> change) {
        return primary().inTransaction("change campaign " + id, connection -> {
            Optional<Campaign> old = get(connection, id, " FOR UPDATE");
            if (old.isEmpty()) {
                return old;
            }
            Campaign changed = change.apply(old.get());
            setAccount(connection, account);
            return checkingZone(
                    changed,
                    () -> Sql.first(
                            connection,
                            "UPDATE campaign SET name = ?, total_budget_micros = ?::bigint,"
                                    + " daily_budget_micros = ?::bigint, time_zone = ?, starts_at = ?::timestamptz,"
                                    + " ends_at = ?::timestamptz, goal_metric = ?, goal_count = ?::bigint, pacing = ?,"
                                    + " status = ? WHERE id = ? RETURNING " + COLUMNS,
                            CampaignStore::campaign,
                            changed.name(),
                            changed.totalBudgetMicros(),
                            changed.dailyBudgetMicros(),
                            changed.timeZone(),
                            at(changed.startsAt()),
                            at(changed.endsAt()),
                            changed.goal() == null ? null : changed.goal().metric(),
                            changed.goal() == null ? null : changed.goal().count(),
                            changed.pacing(),
                            changed.status(),
                            id));
        });
    }

    private interface Statement<T> {
        T run() throws SQLException;
    }

    /** Java and PostgreSQL may have different versions of the time zone database. */
    private static <T> T checkingZone(Campaign campaign, Statement<T> statement) throws SQLException {
        try {
            return statement.run();
        } catch (SQLException e) {
            if (UNKNOWN_ZONE.equals(e.getSQLState())) {
                throw ProblemException.fields(List.of(new InvalidParameter(
                        "time_zone", campaign.timeZone(), "a time zone that PostgreSQL knows, such as UTC")));
            }
            throw e;
        }
    }

    private Sql primary() {
        return primary.orElseThrow(() -> new ProblemException(
                403, "read-only", "This server is read-only", "the settings of this server name no primary"));
    }

    private static void setAccount(Connection connection, String account) throws SQLException {
        Sql.all(connection, "SELECT set_config('lightflow.account', ?, true)", row -> row.getString(1), account);
    }

    /** Returns the changes, newest first. */
    List<CampaignChange> audit(String id, long before, int limit) {
        return replica.query(
                "get the audit of campaign " + id,
                connection -> Sql.all(
                        connection,
                        "SELECT id, version, at, account, action, changes FROM campaign_audit WHERE campaign = ?"
                                + " AND id < ? ORDER BY id DESC LIMIT " + (limit + 1),
                        CampaignChange::read,
                        id,
                        before));
    }

    private static Campaign campaign(ResultSet row) throws SQLException {
        String metric = row.getString("goal_metric");
        return new Campaign(
                row.getString("id"),
                row.getString("advertiser"),
                row.getString("name"),
                row.getString("currency"),
                row.getObject("total_budget_micros", Long.class),
                row.getObject("daily_budget_micros", Long.class),
                row.getString("time_zone"),
                instant(row, "starts_at"),
                instant(row, "ends_at"),
                metric == null ? null : new Goal(metric, row.getLong("goal_count")),
                row.getString("pacing"),
                row.getString("status"),
                row.getLong("version"),
                instant(row, "updated_at"));
    }

    private static OffsetDateTime at(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
