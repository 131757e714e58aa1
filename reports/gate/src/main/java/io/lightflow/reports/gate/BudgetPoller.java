package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that polls. It has its own connection, and reopens it after each failure. */
final class BudgetPoller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetPoller.class);

    interface Work {
        void on(Connection connection) throws SQLException;
    }

    private final BudgetGateSettings settings;
    private final Work work;
    private final Semaphore wanted = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "lightflow-budget-poll");
    private volatile boolean closed;
    private volatile Connection connection;
    private boolean failing;

    BudgetPoller(BudgetGateSettings settings, Work work) {
        this.settings = settings;
        this.work = work;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Requests a poll, and returns without waiting for it. */
    void pollNow() {
        wanted.release();
    }

    private void run() {
        while (!closed) {
            try {
                if (connection == null) {
                    connection = open();
                }
                work.on(connection);
                if (failing) {
                    LOG.info("Reading budgets from {} works again", settings.url());
                    failing = false;
                }
            } catch (SQLException e) {
                if (!failing && !closed) {
                    LOG.warn("Reading budgets from {} failed; it is retried: {}", settings.url(), e.getMessage());
                    failing = true;
                }
                GateConnections.closeQuietly(connection);
                connection = null;
            } catch (RuntimeException e) {
                // No row may end the thread: all budgets would be stale for good.
                if (!failing) {
                    LOG.error("Reading budgets from {} failed; it is retried", settings.url(), e);
                    failing = true;
                }
                GateConnections.closeQuietly(connection);
                connection = null;
            }
            pause();
        }
        GateConnections.closeQuietly(connection);
    }

    private Connection open() throws SQLException {
        int seconds = (int) Math.max(1, settings.maxAge().toSeconds());
        Connection opened = GateConnections.open(settings, settings.url(), "lightflow-budget-poll", seconds);
        opened.setReadOnly(true);
        opened.setAutoCommit(false);
        opened.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return opened;
    }

    private void pause() {
        try {
            wanted.tryAcquire(settings.poll().toMillis(), TimeUnit.MILLISECONDS);
            wanted.drainPermits();
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        wanted.release();
        ThreadStopper.await(thread, () -> GateConnections.closeQuietly(connection));
    }
}
