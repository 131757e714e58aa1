package io.lightflow.reports.alert;

import io.lightflow.service.sql.Sql;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the messages that events have left in a table. Any server takes the next one that is due, and counts the
 * attempt before it sends: a message whose server dies is sent again, with the same idempotency key. Messages of one
 * rule to one target keep their order.
 */
final class AlertDeliveries {
    static final int MAX_ATTEMPTS = 8;
    private static final Logger LOG = LoggerFactory.getLogger(AlertDeliveries.class);
    /** Doubled after every attempt, so that the last one is an hour after the first. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);

    private static final int MAX_FAILURE_CHARACTERS = 500;

    private static final String TAKE = "WITH taken AS (UPDATE alert_delivery SET attempts = attempts + 1,"
            + " next_attempt_at = clock_timestamp() + make_interval(secs => ? * power(2, attempts)) WHERE id ="
            + " (SELECT id FROM alert_delivery d WHERE status = 'pending' AND channel = ANY (?)"
            + " AND next_attempt_at <= clock_timestamp() AND attempts < " + MAX_ATTEMPTS
            + " AND NOT EXISTS (SELECT 1 FROM alert_delivery e WHERE e.status = 'pending' AND e.rule = d.rule"
            + " AND e.target = d.target AND e.event < d.event)"
            + " ORDER BY next_attempt_at, event LIMIT 1 FOR UPDATE SKIP LOCKED)"
            + " RETURNING id, event, channel, target, attempts)"
            + " SELECT t.id, t.event, t.channel, t.target, t.attempts, e.kind, e.at, e.rule, e.name, e.advertiser,"
            + " e.subject, e.value, e.summary FROM taken t JOIN alert_event e ON e.id = t.event";

    private static final String GIVE_UP = "UPDATE alert_delivery SET status = 'failed',"
            + " failure = coalesce(failure, 'the server ended during the last attempt') WHERE status = 'pending'"
            + " AND attempts >= " + MAX_ATTEMPTS + " AND next_attempt_at <= clock_timestamp()";

    private final Sql primary;
    private final Map<AlertChannel, MessageSender> senders;
    private final Optional<URI> url;
    private final AlertMetrics metrics;

    /** @param url of the dashboard */
    AlertDeliveries(Sql primary, Map<AlertChannel, MessageSender> senders, Optional<URI> url, AlertMetrics metrics) {
        this.primary = primary;
        this.senders = Map.copyOf(senders);
        this.url = url;
        this.metrics = metrics;
    }

    private record Taken(AlertChannel channel, String target, int attempts, AlertMessage message) {}

    /** Sends all messages that are due. */
    void sendDue() throws InterruptedException {
        if (senders.isEmpty()) {
            return;
        }
        primary.query("give up messages about alerts", connection -> Sql.update(connection, GIVE_UP));
        while (true) {
            Optional<Taken> taken = primary.inTransaction("take a message about an alert", this::take);
            if (taken.isEmpty()) {
                return;
            }
            send(taken.get());
        }
    }

    private Optional<Taken> take(Connection connection) throws SQLException {
        return Sql.first(
                connection,
                TAKE,
                this::taken,
                (double) FIRST_PAUSE.toSeconds(),
                connection.createArrayOf(
                        "text",
                        senders.keySet().stream().map(AlertChannel::label).toArray()));
    }

    private Taken taken(ResultSet row) throws SQLException {
        long rule = row.getLong("rule");
        return new Taken(
                Labelled.of(AlertChannel.class, row.getString("channel")),
                row.getString("target"),
                row.getInt("attempts"),
                new AlertMessage(
                        row.getObject("id", UUID.class),
                        row.getLong("event"),
                        row.getString("kind"),
                        AlertTables.instant(row, "at"),
                        rule,
                        row.getString("name"),
                        row.getString("advertiser"),
                        row.getString("subject"),
                        row.getBigDecimal("value"),
                        row.getString("summary"),
                        url.map(address -> address.toString().replaceAll("/+$", "") + "/alerts#rule=" + rule)
                                .orElse(null)));
    }

    private void send(Taken taken) throws InterruptedException {
        UUID id = taken.message().id();
        try {
            senders.get(taken.channel()).send(taken.message(), taken.target());
            finish(id, "delivered", null);
            metrics.delivered(taken.channel());
        } catch (DeliveryException e) {
            String failure = e.getMessage()
                    .substring(
                            0, Math.min(MAX_FAILURE_CHARACTERS, e.getMessage().length()));
            boolean isLast = taken.attempts() >= MAX_ATTEMPTS;
            finish(id, isLast ? "failed" : "pending", failure);
            metrics.failed(taken.channel());
            if (isLast) {
                LOG.warn(
                        "The message about event {} of alert rule {} was not delivered by {} in {} attempts: {}",
                        taken.message().event(),
                        taken.message().rule(),
                        taken.channel().label(),
                        taken.attempts(),
                        failure);
            }
        }
    }

    private void finish(UUID id, String status, String failure) {
        primary.query(
                "store the delivery of a message",
                connection -> Sql.update(
                        connection,
                        "UPDATE alert_delivery SET status = ?, failure = ? WHERE id = ? AND status = 'pending'",
                        status,
                        failure,
                        id));
    }
}
