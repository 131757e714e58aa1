package io.lightflow.service.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs statements with parameters on a connection of the pool. Thread-safe. */
public final class Sql {
    private static final Logger LOG = LoggerFactory.getLogger(Sql.class);
    private static final int PING_SECONDS = 2;
    /** Anybody may ask for readiness, at any rate; the database is asked only so often. */
    private static final Duration PING_INTERVAL = Duration.ofSeconds(1);

    private static final String CANCELLED = "57014";
    private static final String CONNECTION_EXCEPTION = "08";
    private static final String OPERATOR_INTERVENTION = "57P";
    /** Also the state of a database that accepts no connections. */
    private static final String NOT_IN_PREREQUISITE_STATE = "55000";

    /** The class of SQL states for a rolled-back transaction, which may be retried. */
    private static final String ROLLED_BACK = "40";

    private final DataSource database;
    private final DataSource probe;
    private final LongSupplier nanoTime;
    private final AtomicBoolean unavailable = new AtomicBoolean();
    private final ReentrantLock probing = new ReentrantLock();
    /** Guarded by the lock, as the next one. */
    private long probedAt;

    private Boolean reachable;

    public Sql(DataSource database) {
        this(database, database);
    }

    /** @param probe the source of the connection for {@link #isReachable}, which slow statements cannot exhaust */
    public Sql(DataSource database, DataSource probe) {
        this(database, probe, System::nanoTime);
    }

    Sql(DataSource database, DataSource probe, LongSupplier nanoTime) {
        this.database = database;
        this.probe = probe;
        this.nanoTime = nanoTime;
    }

    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Whether the database responds, or did so within the last second. */
    public boolean isReachable() {
        probing.lock();
        try {
            if (reachable == null || nanoTime.getAsLong() - probedAt >= PING_INTERVAL.toNanos()) {
                reachable = probe();
                probedAt = nanoTime.getAsLong();
            }
            return reachable;
        } finally {
            probing.unlock();
        }
    }

    private boolean probe() {
        try (Connection connection = probe.getConnection()) {
            boolean valid = connection.isValid(PING_SECONDS);
            if (valid) {
                endOutage();
            }
            return valid;
        } catch (SQLException e) {
            startOutage(e);
            return false;
        }
    }

    /**
     * Runs work with a transaction for each statement. This method and the following ones retry work once if the
     * database rolled it back. For example, a replica cancels queries that conflict with a dropped partition.
     *
     * @param action the action in failure messages, such as "list the campaigns"
     * @throws DatabaseException if the database fails
     */
    public <T> T query(String action, Work<T> work) {
        try {
            return attempt(work);
        } catch (SQLException e) {
            if (!isRolledBack(e)) {
                throw failure(action, e);
            }
            try {
                return attempt(work);
            } catch (SQLException again) {
                again.addSuppressed(e);
                throw failure(action, again);
            }
        }
    }

    private <T> T attempt(Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            T result = work.on(connection);
            endOutage();
            return result;
        }
    }

    private void startOutage(SQLException failure) {
        if (unavailable.compareAndSet(false, true)) {
            LOG.warn("The database is unavailable: {}", failure.getMessage());
        }
    }

    private void endOutage() {
        if (unavailable.get() && unavailable.compareAndSet(true, false)) {
            LOG.info("The database is available again");
        }
    }

    /** Like {@link #query}, with all statements on one snapshot. */
    public <T> T querySnapshot(String action, Work<T> work) {
        return inTransaction(action, connection -> {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return work.on(connection);
        });
    }

    /** Like {@link #query}, with all statements in one transaction: any exception rolls it back. */
    public <T> T inTransaction(String action, Work<T> work) {
        return query(action, connection -> {
            // The pool rolls back an uncommitted transaction when the connection returns to it.
            connection.setAutoCommit(false);
            T result = work.on(connection);
            connection.commit();
            return result;
        });
    }

    private static boolean isRolledBack(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith(ROLLED_BACK);
    }

    private DatabaseException failure(String action, SQLException e) {
        DatabaseException.Kind kind = DatabaseException.Kind.FAILED;
        if (CANCELLED.equals(e.getSQLState())) {
            kind = DatabaseException.Kind.TIMEOUT;
        } else if (isRolledBack(e)) {
            kind = DatabaseException.Kind.CONFLICT;
        } else if (isOutage(e)) {
            kind = DatabaseException.Kind.UNAVAILABLE;
            startOutage(e);
        }
        return new DatabaseException(kind, "The database failed to " + action + ": " + e.getMessage(), e);
    }

    /** The pool throws its timeouts as transient; the other states are those of lost and refused connections. */
    private static boolean isOutage(SQLException e) {
        String state = e.getSQLState();
        return e instanceof SQLTransientConnectionException
                || state == null
                || state.startsWith(CONNECTION_EXCEPTION)
                || state.startsWith(OPERATOR_INTERVENTION)
                || state.equals(NOT_IN_PREREQUISITE_STATE);
    }

    public static <T> Optional<T> first(Connection connection, String sql, RowReader<T> reader, Object... parameters)
            throws SQLException {
        return all(connection, sql, reader, parameters).stream().findFirst();
    }

    public static <T> List<T> all(Connection connection, String sql, RowReader<T> reader, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(reader.read(rows));
            }
            return result;
        }
    }

    public static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}
