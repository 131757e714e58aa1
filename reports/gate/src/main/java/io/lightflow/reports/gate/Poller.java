package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that polls, on a connection of its own that is opened again after each failure. */
final class Poller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);

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

    Poller(BudgetGateSettings settings, Work work) {
        this.settings = settings;
        this.work = work;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Does not wait for it. */
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
                    LOG.info("Budgets are read again from {}", settings.url());
                    failing = false;
                }
            } catch (SQLException e) {
                if (!failing && !closed) {
                    LOG.warn("Budgets cannot be read from {}, and is tried again: {}", settings.url(), e.getMessage());
                    failing = true;
                }
                Connections.closeQuietly(connection);
                connection = null;
            }
            pause();
        }
        Connections.closeQuietly(connection);
    }

    private Connection open() throws SQLException {
        int seconds = (int) Math.max(1, settings.maxAge().toSeconds());
        Connection opened = Connections.open(settings, settings.url(), "lightflow-budget-poll", seconds);
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
        Threads.await(thread, () -> Connections.closeQuietly(connection));
    }
}
