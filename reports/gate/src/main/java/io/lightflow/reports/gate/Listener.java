package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that listens for commits, on a connection of its own that is opened again after each failure. */
final class Listener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final String CHANNEL = "lightflow_budget";

    /** How long to listen before it is looked whether to end. */
    private static final int LISTEN_MS = 100;

    private static final long PROBE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int SOCKET_SECONDS = 5;
    private static final String READ_ONLY = "25006";

    private final BudgetGateSettings settings;
    private final String url;
    private final Consumer<String> heard;
    private final Runnable connected;
    private final Thread thread = new Thread(this::run, "lightflow-budget-listen");
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong connects = new AtomicLong();
    private volatile boolean listening;
    private volatile Connection connection;
    private boolean failing;

    /** @param connected is run when it begins to listen: what happened before must be asked for */
    Listener(BudgetGateSettings settings, Consumer<String> heard, Runnable connected) {
        this.settings = settings;
        this.url = settings.listenUrl().orElse(settings.url());
        this.heard = heard;
        this.connected = connected;
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
                            "Cannot listen for exhausted campaigns at {}, and is tried again; until then a poll shows"
                                    + " them{}: {}",
                            url,
                            READ_ONLY.equals(e.getSQLState())
                                    ? ". It is a replica, which refuses LISTEN: set listenUrl to the primary"
                                    : "",
                            e.getMessage());
                    failing = true;
                }
            } finally {
                listening = false;
                Connections.closeQuietly(connection);
            }
            pause();
        }
    }

    private void listen() throws SQLException {
        connection = Connections.open(settings, url, "lightflow-budget-listen", SOCKET_SECONDS);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
            listening = true;
            connects.incrementAndGet();
            if (failing) {
                LOG.info("Listening for exhausted campaigns again at {}", url);
                failing = false;
            }
            connected.run();
            PGConnection notifications = connection.unwrap(PGConnection.class);
            long probed = System.nanoTime();
            while (isOpen()) {
                PGNotification[] found = notifications.getNotifications(LISTEN_MS);
                if (found != null) {
                    for (PGNotification notification : found) {
                        heard.accept(notification.getParameter());
                    }
                }
                // A connection that was cut silently would be listened to for ever.
                if (System.nanoTime() - probed > PROBE_NANOS) {
                    statement.execute("SELECT 1");
                    probed = System.nanoTime();
                }
            }
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
        Threads.await(thread, () -> Connections.closeQuietly(connection));
    }
}
