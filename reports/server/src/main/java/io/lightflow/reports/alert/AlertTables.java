package io.lightflow.reports.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.service.sql.Sql;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;

/** Statements on the tables of alerts that several classes use, all within a transaction of the caller. */
final class AlertTables {
    private static final String RULE_COLUMNS =
            "id, advertiser, name, status, condition, webhook, emails, version," + " updated_at, updated_by, failure";

    private AlertTables() {}

    /** @param rest what follows the columns, such as {@code WHERE id = ?} */
    static List<AlertRule> rules(Connection connection, String rest, Object... parameters) throws SQLException {
        return Sql.all(
                connection, "SELECT " + RULE_COLUMNS + " FROM alert_rule " + rest, AlertTables::rule, parameters);
    }

    static AlertRule rule(ResultSet row) throws SQLException {
        try {
            return new AlertRule(
                    row.getLong("id"),
                    row.getString("advertiser"),
                    row.getString("name"),
                    row.getString("status"),
                    ReportsJson.MAPPER.readValue(row.getString("condition"), AlertCondition.class),
                    row.getString("webhook"),
                    Arrays.asList((String[]) row.getArray("emails").getArray()),
                    row.getLong("version"),
                    instant(row, "updated_at"),
                    row.getString("updated_by"),
                    row.getString("failure"));
        } catch (JsonProcessingException e) {
            throw new SQLException("The condition of alert rule " + row.getLong("id") + " is invalid", e);
        }
    }

    static String condition(AlertRule rule) {
        try {
            return ReportsJson.MAPPER.writeValueAsString(rule.condition());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Writing a condition as JSON failed", e);
        }
    }

    static String returningRule() {
        return " RETURNING " + RULE_COLUMNS;
    }

    /**
     * An event of a rule.
     *
     * @param kind fired, resolved, tested, created, changed or deleted
     * @param value null if there is none
     * @param account who did it; null for an evaluation
     */
    record NewEvent(AlertRule rule, String kind, String subject, BigDecimal value, String summary, String account) {}

    /** Adds an event, without messages. */
    static long addEvent(Connection connection, NewEvent event) throws SQLException {
        return Sql.first(
                        connection,
                        "INSERT INTO alert_event (rule, advertiser, name, kind, subject, value, summary, account)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                        row -> row.getLong(1),
                        event.rule().id(),
                        event.rule().advertiser(),
                        event.rule().name(),
                        event.kind(),
                        event.subject(),
                        event.value(),
                        event.summary(),
                        event.account())
                .orElseThrow();
    }

    /** Adds an event, and a message about it for each target of its rule. */
    static void addEventWithMessages(Connection connection, NewEvent event) throws SQLException {
        long id = addEvent(connection, event);
        String sql = "INSERT INTO alert_delivery (event, rule, channel, target) VALUES (?, ?, ?, ?)";
        if (event.rule().webhook() != null) {
            Sql.update(
                    connection,
                    sql,
                    id,
                    event.rule().id(),
                    AlertChannel.WEBHOOK.label(),
                    event.rule().webhook());
        }
        for (String email : event.rule().emails()) {
            Sql.update(connection, sql, id, event.rule().id(), AlertChannel.MAIL.label(), email);
        }
    }

    /** Resolves all alerts of a rule that is not evaluated any more. */
    static void resolveAll(Connection connection, AlertRule rule, String account) throws SQLException {
        List<String> firing = Sql.all(
                connection,
                "DELETE FROM alert_state WHERE rule = ? RETURNING subject, firing",
                row -> row.getBoolean("firing") ? row.getString("subject") : null,
                rule.id());
        for (String subject : firing) {
            if (subject != null) {
                addEventWithMessages(
                        connection,
                        new NewEvent(
                                rule, "resolved", subject, null, AlertWords.of(rule, subject, false, null), account));
            }
        }
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
