package io.lightflow.reports.alert;

import io.lightflow.reports.alert.AlertTables.NewEvent;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.service.sql.DatabaseException;
import io.lightflow.service.sql.Sql;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Evaluates all rules. Of several servers one evaluates a round: the one that increases its number. It writes a state
 * only as long as the number is its own, so one that was delayed cannot undo what a later round found.
 */
final class AlertEvaluator {
    private static final int MAX_FAILURE_CHARACTERS = 500;
    private static final int MAX_HISTORY_DAYS = 90;

    private final Sql primary;
    private final AlertReadings readings;
    private final Duration interval;

    AlertEvaluator(Sql replica, Sql primary, Duration interval) {
        this.primary = primary;
        this.readings = new AlertReadings(replica);
        this.interval = interval;
    }

    /** Evaluates a round if one is due. */
    void evaluateIfDue() {
        Optional<Long> round = primary.inTransaction("begin a round of alert rules", this::begin);
        if (round.isPresent()) {
            primary.query("delete old events of alert rules", AlertEvaluator::deleteOld);
            List<AlertRule> rules = primary.query(
                    "read the alert rules",
                    connection -> AlertTables.rules(connection, "WHERE status = 'active' ORDER BY id"));
            rules.forEach(rule -> evaluate(round.get(), rule));
        }
    }

    private Optional<Long> begin(Connection connection) throws SQLException {
        return Sql.first(
                connection,
                "UPDATE alert_round SET number = number + 1, evaluated_at = clock_timestamp()"
                        + " WHERE evaluated_at IS NULL"
                        + " OR evaluated_at <= clock_timestamp() - make_interval(secs => ?) RETURNING number",
                row -> row.getLong(1),
                (double) interval.toSeconds());
    }

    private static int deleteOld(Connection connection) throws SQLException {
        return Sql.update(
                connection, "DELETE FROM alert_event WHERE at < now() - make_interval(days => ?)", MAX_HISTORY_DAYS);
    }

    /** A rule that cannot be evaluated says why, and hinders no other. */
    private void evaluate(long round, AlertRule rule) {
        try {
            Map<String, Optional<BigDecimal>> values = readings.of(rule);
            primary.inTransaction(
                    "store the state of alert rule " + rule.id(),
                    connection -> new Evaluation(connection, rule).store(round, values));
        } catch (ProblemException | DatabaseException e) {
            primary.inTransaction(
                    "store the failure of alert rule " + rule.id(), connection -> fail(connection, rule, e));
        }
    }

    private static int fail(Connection connection, AlertRule rule, RuntimeException failure) throws SQLException {
        String message = failure.getMessage();
        return Sql.update(
                connection,
                "UPDATE alert_rule SET failure = ? WHERE id = ? AND version = ?",
                message.substring(0, Math.min(MAX_FAILURE_CHARACTERS, message.length())),
                rule.id(),
                rule.version());
    }

    /** One rule in one transaction. */
    private record Evaluation(Connection connection, AlertRule rule) {
        private record StoredState(String subject, AlertState state) {}

        /** @return whether the round is still the present one, and the rule has not changed */
        boolean store(long round, Map<String, Optional<BigDecimal>> values) throws SQLException {
            boolean isCurrent =
                    Sql.first(connection, "SELECT 1 FROM alert_round WHERE number = ? FOR SHARE", row -> 1, round)
                                    .isPresent()
                            && Sql.first(
                                            connection,
                                            "SELECT 1 FROM alert_rule WHERE id = ? AND version = ? FOR UPDATE",
                                            row -> 1,
                                            rule.id(),
                                            rule.version())
                                    .isPresent();
            if (!isCurrent) {
                return false;
            }
            Instant now = Sql.first(
                            connection, "SELECT clock_timestamp() AS now", row -> AlertTables.instant(row, "now"))
                    .orElseThrow();
            Map<String, AlertState> states = Sql.all(
                            connection,
                            "SELECT subject, firing, since, turning_since FROM alert_state WHERE rule = ?",
                            Evaluation::stored,
                            rule.id())
                    .stream()
                    .collect(Collectors.toMap(StoredState::subject, StoredState::state));
            Set<String> subjects = new TreeSet<>(states.keySet());
            subjects.addAll(values.keySet());
            for (String subject : subjects) {
                move(subject, Optional.ofNullable(states.get(subject)), Optional.ofNullable(values.get(subject)), now);
            }
            if (rule.failure() != null) {
                Sql.update(connection, "UPDATE alert_rule SET failure = NULL WHERE id = ?", rule.id());
            }
            return true;
        }

        private static StoredState stored(ResultSet row) throws SQLException {
            return new StoredState(
                    row.getString("subject"),
                    new AlertState(
                            row.getBoolean("firing"),
                            AlertTables.instant(row, "since"),
                            Optional.ofNullable(AlertTables.instant(row, "turning_since"))));
        }

        /** @param reading empty if the subject is gone, such as a campaign that has ended */
        private void move(
                String subject, Optional<AlertState> stored, Optional<Optional<BigDecimal>> reading, Instant now)
                throws SQLException {
            AlertState before = stored.orElseGet(() -> AlertState.quiet(now));
            Optional<BigDecimal> value = reading.flatMap(Function.identity());
            AlertState after = reading.isPresent() ? before.after(rule.condition(), value, now) : AlertState.quiet(now);
            keep(subject, after, value);
            if (before.firing() != after.firing()) {
                AlertTables.addEventWithMessages(
                        connection,
                        new NewEvent(
                                rule,
                                after.firing() ? "fired" : "resolved",
                                subject,
                                value.orElse(null),
                                AlertWords.of(rule, subject, after.firing(), value.orElse(null)),
                                null));
            }
        }

        /** Campaigns and groups at rest have no row: there may be many of them. */
        private void keep(String subject, AlertState state, Optional<BigDecimal> value) throws SQLException {
            if (!subject.isEmpty() && !state.firing() && state.turningSince().isEmpty()) {
                Sql.update(connection, "DELETE FROM alert_state WHERE rule = ? AND subject = ?", rule.id(), subject);
                return;
            }
            Sql.update(
                    connection,
                    "INSERT INTO alert_state (rule, subject, firing, since, turning_since, value)"
                            + " VALUES (?, ?, ?, ?::timestamptz, ?::timestamptz, ?::numeric)"
                            + " ON CONFLICT (rule, subject) DO UPDATE SET firing = excluded.firing,"
                            + " since = excluded.since, turning_since = excluded.turning_since, value = excluded.value",
                    rule.id(),
                    subject,
                    state.firing(),
                    state.since().toString(),
                    state.turningSince().map(Instant::toString).orElse(null),
                    value.orElse(null));
        }
    }
}
