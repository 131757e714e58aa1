package io.lightflow.reports.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.service.sql.Sql;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The events of rules with their messages, newest first. */
final class AlertHistory {
    private static final String EVENTS = "SELECT id, at, rule, advertiser, name, kind, subject, value, summary,"
            + " account, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'channel', channel, 'target',"
            + " CASE WHEN ? THEN target ELSE regexp_replace(target, '^(https?://[^/?#]+).*', '\\1/…') END,"
            + " 'status', status, 'attempts', attempts, 'failure', failure) ORDER BY channel, target), '[]')"
            + " FROM alert_delivery d WHERE d.event = e.id) AS deliveries FROM alert_event e"
            + " WHERE id < ? AND (advertiser = ? OR ?::text IS NULL) AND (rule = ? OR ?::bigint IS NULL)"
            + " ORDER BY id DESC LIMIT ?";

    private final Sql replica;

    AlertHistory(Sql replica) {
        this.replica = replica;
    }

    /**
     * An event.
     *
     * @param kind fired, resolved, tested, created, changed or deleted
     * @param deliveries the messages about it
     */
    record Event(
            long id,
            Instant at,
            long rule,
            String advertiser,
            String name,
            String kind,
            String subject,
            BigDecimal value,
            String summary,
            String account,
            JsonNode deliveries) {}

    /** How targets are shown. */
    enum Targets {
        WHOLE,
        /** Without the paths of webhooks, which are often their passwords. */
        WITHOUT_PATHS
    }

    /** Returns one more event than the limit, if more exist. */
    List<Event> events(Optional<String> advertiser, Optional<Long> rule, long before, int limit, Targets targets) {
        return replica.query(
                "list the events of alert rules",
                connection -> Sql.all(
                        connection,
                        EVENTS,
                        AlertHistory::event,
                        targets == Targets.WHOLE,
                        before,
                        advertiser.orElse(null),
                        advertiser.orElse(null),
                        rule.orElse(null),
                        rule.orElse(null),
                        limit + 1));
    }

    private static Event event(ResultSet row) throws SQLException {
        try {
            return new Event(
                    row.getLong("id"),
                    AlertTables.instant(row, "at"),
                    row.getLong("rule"),
                    row.getString("advertiser"),
                    row.getString("name"),
                    row.getString("kind"),
                    row.getString("subject"),
                    row.getBigDecimal("value"),
                    row.getString("summary"),
                    row.getString("account"),
                    ReportsJson.MAPPER.readTree(row.getString("deliveries")));
        } catch (JsonProcessingException e) {
            throw new SQLException("The deliveries of an event are invalid JSON", e);
        }
    }
}
