package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that listens for commits. It has its own connection, and reopens it after each failure. */
final class ExhaustionListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExhaustionListener.class);
    private static final String CHANNEL = "lightflow_budget";

    /** The interval of checking whether to stop. */
    private static final int LISTEN_TIMEOUT_MS = 100;

    private static final long PROBE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int SOCKET_SECONDS = 5;
    private static final String READ_ONLY = "25006";

    /** Notifications that are verified with one query; a flood of them must not become one huge query. */
    static final int MAX_ROUND = 1_000;

    interface Work {
        /** @param connection to the server that sent the payloads */
        void on(List<String> payloads, Connection connection) throws SQLException;
    }

    private final BudgetGateSettings settings;
    private final String url;
    private final Work work;
    private final Runnable onConnected;
    private final Thread thread = new Thread(this::run, "lightflow-budget-listen");
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong connects = new AtomicLong();
    private volatile boolean listening;
    private volatile Connection connection;
    private boolean failing;

    /** @param onConnected runs when listening begins: earlier commits must be polled */
    ExhaustionListener(BudgetGateSettings settings, Work work, Runnable onConnected) {
        this.settings = settings;
        this.url = settings.listenUrl().orElse(settings.url());
        this.work = work;
        this.onConnected = onConnected;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isListening() {
        return listening;
    }

    long connects() {
        return connects.get();
    }

    private void run() {
        while (isOpen()) {
            try {
                listen();
            } catch (SQLException e) {
                if (!failing && isOpen()) {
                    LOG.warn(
                            "Listening for exhausted campaigns at {} failed; it is retried, and until then polls show"
                                    + " them{}: {}",
                            url,
                            READ_ONLY.equals(e.getSQLState())
                                    ? ". It is a replica, which rejects LISTEN: set listenUrl to the primary"
                                    : "",
                            e.getMessage());
                    failing = true;
                }
            } catch (RuntimeException e) {
                // Nothing that arrives may end the thread: without it, campaigns stop later, at the next poll.
                LOG.error("Listening for exhausted campaigns at {} failed; it is retried", url, e);
            } finally {
                listening = false;
                GateConnections.closeQuietly(connection);
            }
            pause();
        }
    }

    private void listen() throws SQLException {
        connection = GateConnections.open(settings, url, "lightflow-budget-listen", SOCKET_SECONDS);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
            listening = true;
            connects.incrementAndGet();
            if (failing) {
                LOG.info("Listening for exhausted campaigns at {} works again", url);
                failing = false;
            }
            onConnected.run();
            PGConnection notifications = connection.unwrap(PGConnection.class);
            long probed = System.nanoTime();
            while (isOpen()) {
                PGNotification[] found = notifications.getNotifications(LISTEN_TIMEOUT_MS);
                if (found != null) {
                    process(found);
                }
                // Detects a connection that was lost silently.
                if (System.nanoTime() - probed > PROBE_NANOS) {
                    statement.execute("SELECT 1");
                    probed = System.nanoTime();
                }
            }
        }
    }

    private void process(PGNotification[] found) throws SQLException {
        List<String> payloads = new ArrayList<>();
        for (PGNotification notification : found) {
            payloads.add(notification.getParameter());
            if (payloads.size() == MAX_ROUND) {
                work.on(payloads, connection);
                payloads.clear();
            }
        }
        if (!payloads.isEmpty()) {
            work.on(payloads, connection);
        }
    }

    private boolean isOpen() {
        return closed.getCount() > 0;
    }

    private void pause() {
        try {
            closed.await(settings.poll().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closed.countDown();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        ThreadStopper.await(thread, () -> GateConnections.closeQuietly(connection));
    }
}
