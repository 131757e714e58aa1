package io.lightflow.reports.alert;

import io.lightflow.service.sql.DatabaseException;
import io.lightflow.service.sql.Sql;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Evaluates the rules and sends the messages, in two threads: a slow webhook delays no evaluation. */
public final class AlertService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AlertService.class);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final AlertEvaluator evaluator;
    private final AlertDeliveries deliveries;
    private final AlertMetrics metrics = new AlertMetrics();
    private final ScheduledExecutorService evaluating =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "alert-rules"));
    private final ScheduledExecutorService sending =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "alert-messages"));

    public AlertService(AlertSettings settings, Sql replica, Sql primary) {
        Map<AlertChannel, MessageSender> senders = new EnumMap<>(AlertChannel.class);
        settings.webhooks()
                .ifPresent(webhooks ->
                        senders.put(AlertChannel.WEBHOOK, new WebhookSender(webhooks, InstantSource.system())));
        settings.mail().ifPresent(mail -> senders.put(AlertChannel.MAIL, new MailSender(mail)));
        evaluator = new AlertEvaluator(replica, primary, settings.interval());
        deliveries = new AlertDeliveries(primary, senders, settings.url(), metrics);
    }

    public void addMetricsTo(PrometheusRegistry registry) {
        metrics.addTo(registry);
    }

    public void start() {
        repeat(evaluating, "Evaluating the alert rules", evaluator::evaluateIfDue);
        repeat(sending, "Sending messages about alerts", deliveries::sendDue);
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    /** An outage is one line when it starts and one when it ends. */
    private void repeat(ScheduledExecutorService executor, String action, Work work) {
        AtomicBoolean failing = new AtomicBoolean();
        executor.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                        if (failing.getAndSet(false)) {
                            LOG.info("{} succeeds again", action);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException e) {
                        metrics.databaseFailed();
                        // Sql logs an outage of the database.
                        boolean isOutage = e instanceof DatabaseException database
                                && database.kind() == DatabaseException.Kind.UNAVAILABLE;
                        if (!isOutage && !failing.getAndSet(true)) {
                            LOG.warn("{} fails, and is repeated every second: {}", action, e.toString());
                        }
                    }
                },
                0,
                LOOK_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Waits for what is under way, within bounds. */
    @Override
    public void close() {
        evaluating.shutdownNow();
        sending.shutdownNow();
        try {
            long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
            for (ScheduledExecutorService executor : new ScheduledExecutorService[] {evaluating, sending}) {
                if (!executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("The threads of alerts did not end within {} s", CLOSE_TIMEOUT.toSeconds());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
