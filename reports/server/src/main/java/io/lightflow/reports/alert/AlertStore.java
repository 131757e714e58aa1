package io.lightflow.reports.alert;

import io.lightflow.reports.alert.AlertTables.NewEvent;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.service.sql.Sql;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Reads and writes rules, and reads what became of them. Each change is an event, in the same transaction. */
final class AlertStore {
    private static final int MAX_RULES = 500;
    private static final int MAX_ALERTS = 10_000;

    private final Sql replica;
    private final Optional<Sql> primary;

    AlertStore(Sql replica, Optional<Sql> primary) {
        this.replica = replica;
        this.primary = primary;
    }

    /**
     * An alert of a rule.
     *
     * @param value at the last evaluation that had one; null before
     */
    record Alert(String subject, boolean firing, Instant since, BigDecimal value) {}

    private record RuleAlert(long rule, Alert alert) {}

    /** @param evaluatedAt null before the first evaluation */
    record Overview(Instant evaluatedAt, List<AlertRule> rules, Map<Long, List<Alert>> alerts) {}

    /** @param advertiser empty for the rules of all */
    Overview overview(Optional<String> advertiser) {
        return replica.querySnapshot(
                "list the alert rules",
                connection -> new Overview(
                        Sql.all(
                                        connection,
                                        "SELECT evaluated_at FROM alert_round",
                                        row -> Optional.ofNullable(AlertTables.instant(row, "evaluated_at")))
                                .stream()
                                .flatMap(Optional::stream)
                                .findFirst()
                                .orElse(null),
                        AlertTables.rules(
                                connection,
                                "WHERE advertiser = ? OR ?::text IS NULL ORDER BY lower(name), id",
                                advertiser.orElse(null),
                                advertiser.orElse(null)),
                        Sql.all(
                                        connection,
                                        "SELECT rule, subject, firing, since, value FROM alert_state"
                                                + " ORDER BY firing DESC, since DESC, subject LIMIT " + MAX_ALERTS,
                                        AlertStore::alert)
                                .stream()
                                .collect(Collectors.groupingBy(
                                        RuleAlert::rule, Collectors.mapping(RuleAlert::alert, Collectors.toList())))));
    }

    private static RuleAlert alert(ResultSet row) throws SQLException {
        return new RuleAlert(
                row.getLong("rule"),
                new Alert(
                        row.getString("subject"),
                        row.getBoolean("firing"),
                        AlertTables.instant(row, "since"),
                        row.getBigDecimal("value")));
    }

    Optional<AlertRule> get(long id) {
        return replica.query(
                "get alert rule " + id, connection -> AlertTables.rules(connection, "WHERE id = ?", id).stream()
                        .findFirst());
    }

    AlertRule create(AlertRule rule) {
        return primary().inTransaction("create an alert rule", connection -> {
            // Counted under a lock, which does not hinder evaluations.
            Sql.update(connection, "LOCK TABLE alert_rule IN SHARE ROW EXCLUSIVE MODE");
            long rules = Sql.first(connection, "SELECT count(*) FROM alert_rule", row -> row.getLong(1))
                    .orElseThrow();
            if (rules >= MAX_RULES) {
                throw new ProblemException(
                        409,
                        "too-many-rules",
                        "There are too many rules",
                        "at most " + MAX_RULES + " rules are evaluated: delete one");
            }
            AlertRule created = Sql.first(
                            connection,
                            "INSERT INTO alert_rule (advertiser, name, status, condition, webhook, emails, updated_by)"
                                    + " VALUES (?, ?, ?, ?::jsonb, ?, ?, ?)" + AlertTables.returningRule(),
                            AlertTables::rule,
                            rule.advertiser(),
                            rule.name(),
                            rule.status(),
                            AlertTables.condition(rule),
                            rule.webhook(),
                            connection.createArrayOf("text", rule.emails().toArray()),
                            rule.updatedBy())
                    .orElseThrow();
            add(connection, created, "created", rule.updatedBy());
            return created;
        });
    }

    private static void add(Connection connection, AlertRule rule, String kind, String account) throws SQLException {
        AlertTables.addEvent(
                connection, new NewEvent(rule, kind, "", null, "The rule was " + kind + " by " + account, account));
    }

    private static AlertRule locked(Connection connection, long id) throws SQLException {
        return AlertTables.rules(connection, "WHERE id = ? FOR UPDATE", id).stream()
                .findFirst()
                .orElseThrow(() -> notFound(id));
    }

    /**
     * Replaces a rule. A paused rule has no alerts.
     *
     * @param change may refuse by throwing
     */
    AlertRule replace(long id, UnaryOperator<AlertRule> change) {
        return primary().inTransaction("change alert rule " + id, connection -> {
            AlertRule changed = change.apply(locked(connection, id));
            AlertRule stored = Sql.first(
                            connection,
                            "UPDATE alert_rule SET advertiser = ?, name = ?, status = ?, condition = ?::jsonb,"
                                    + " webhook = ?, emails = ?, version = version + 1, updated_at = clock_timestamp(),"
                                    + " updated_by = ?, failure = NULL WHERE id = ?" + AlertTables.returningRule(),
                            AlertTables::rule,
                            changed.advertiser(),
                            changed.name(),
                            changed.status(),
                            AlertTables.condition(changed),
                            changed.webhook(),
                            connection.createArrayOf("text", changed.emails().toArray()),
                            changed.updatedBy(),
                            id)
                    .orElseThrow();
            add(connection, stored, "changed", stored.updatedBy());
            if (!stored.isActive()) {
                AlertTables.resolveAll(connection, stored, stored.updatedBy());
            }
            return stored;
        });
    }

    /** @param check may refuse by throwing */
    void delete(long id, String account, Consumer<AlertRule> check) {
        primary().inTransaction("delete alert rule " + id, connection -> {
            AlertRule rule = locked(connection, id);
            check.accept(rule);
            AlertTables.resolveAll(connection, rule, account);
            add(connection, rule, "deleted", account);
            return Sql.update(connection, "DELETE FROM alert_rule WHERE id = ?", id);
        });
    }

    /** Sends a message to all targets, and what is still to be sent without a wait. */
    void test(long id, String account, Consumer<AlertRule> check) {
        primary().inTransaction("test alert rule " + id, connection -> {
            AlertRule rule = locked(connection, id);
            check.accept(rule);
            AlertTables.addEventWithMessages(
                    connection,
                    new NewEvent(rule, "tested", "", null, account + " tests the targets of this rule", account));
            return Sql.update(
                    connection,
                    "UPDATE alert_delivery SET next_attempt_at = clock_timestamp()"
                            + " WHERE rule = ? AND status = 'pending'",
                    id);
        });
    }

    static ProblemException notFound(long id) {
        return ProblemException.notFound("alert rule " + id + " does not exist, or this account cannot see it");
    }

    private Sql primary() {
        return primary.orElseThrow(() -> new ProblemException(
                403, "read-only", "This server is read-only", "the settings of this server name no primary"));
    }
}
