package io.lightflow.topology.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.lightflow.database.PostgresErrors;
import io.lightflow.database.PostgresSettings;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.sink.SinkUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.PGConnection;

/**
 * Connections to PostgreSQL. Connects when first asked, so it can be made while PostgreSQL is unavailable. Thread-safe.
 *
 * <p>A proxy or a firewall may cut a connection without telling the server. The session then keeps its transaction and
 * its locks until a time-out, and no time-out ends a COPY that waits for rows. So the next connection ends the sessions
 * that this pool has lost, unless they commit: a commit ends by itself, and its outcome is waited for.
 */
final class PostgresPool implements AutoCloseable {
    /** Another program's session may have got the same process number meanwhile; it has another name. */
    private static final String END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE pid = ANY (?) AND usename = current_user"
            + " AND application_name = current_setting('application_name')"
            + " AND NOT (state = 'active' AND query = 'COMMIT')";

    /** Between two statements of a transaction a process computes for milliseconds, or it is frozen. */
    private static final long IDLE_IN_TRANSACTION_MS = 10_000;

    private final HikariDataSource connections = new HikariDataSource();
    /** Process numbers of sessions whose connection broke at work; the server may not know. */
    private final Set<Integer> lostSessions = ConcurrentHashMap.newKeySet();

    PostgresPool(PostgresSettings settings, String name) {
        long connectMs = settings.connectTimeout().toMillis();
        long statementMs = settings.statementTimeout().toMillis();
        connections.setPoolName(name);
        connections.setJdbcUrl(settings.jdbcUrl());
        connections.setUsername(settings.user());
        connections.setPassword(settings.password());
        connections.setSchema(settings.schema());
        connections.setMaximumPoolSize(settings.poolSize());
        connections.setMinimumIdle(0);
        connections.setInitializationFailTimeout(-1);
        connections.setConnectionTimeout(connectMs);
        connections.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        // The server ends a session whose client is gone, so that its locks do not outlive it for long.
        connections.setConnectionInitSql("SET statement_timeout = " + statementMs
                + "; SET idle_in_transaction_session_timeout = " + Math.min(statementMs, IDLE_IN_TRANSACTION_MS)
                + "; SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
                + "; SET client_min_messages = warning; SET jit = off"
                + "; SET work_mem = '32MB'");
        connections.addDataSourceProperty("ApplicationName", name);
        connections.addDataSourceProperty("tcpKeepAlive", "true");
        connections.addDataSourceProperty("connectTimeout", Long.toString(Math.max(1, connectMs / 1000)));
        connections.addDataSourceProperty("loginTimeout", Long.toString(Math.max(1, connectMs / 1000)));
        connections.addDataSourceProperty("socketTimeout", Long.toString(statementMs / 1000 + 10));
    }

    /** Work with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Does work that needs no transaction, or ends its own.
     *
     * @param action what is being done, to complete "cannot ..."
     * @throws SinkUnavailableException if it may be repeated
     * @throws PostgresSetupException if it may not
     */
    <T> T run(String action, Work<T> work) {
        try (Connection connection = connections.getConnection()) {
            int session = connection.unwrap(PGConnection.class).getBackendPID();
            endLostSessions(connection);
            try {
                return work.on(connection);
            } finally {
                if (connection.isClosed()) {
                    lostSessions.add(session);
                }
            }
        } catch (SQLException e) {
            throw PostgresErrors.translate(action, e);
        }
    }

    private void endLostSessions(Connection connection) throws SQLException {
        if (lostSessions.isEmpty()) {
            return;
        }
        Set<Integer> lost = Set.copyOf(lostSessions);
        try (PreparedStatement statement = connection.prepareStatement(END_SESSIONS)) {
            statement.setArray(1, connection.createArrayOf("int4", lost.toArray()));
            statement.execute();
        }
        lostSessions.removeAll(lost);
    }

    /** Does work in one transaction, committed at its end and rolled back if it throws. */
    <T> T transact(String action, Work<T> work) {
        return run(action, connection -> {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                try {
                    connection.rollback();
                } catch (SQLException alsoFailed) {
                    e.addSuppressed(alsoFailed);
                }
                throw e;
            }
        });
    }

    @Override
    public void close() {
        connections.close();
    }
}
