package io.lightflow.service.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Statements with their parameters, on a connection of the pool. Thread-safe. */
public final class Sql {
    private static final int PING_SECONDS = 2;
    private static final String CANCELLED = "57014";

    /** With what its states begin when it says that the same may be asked again. */
    private static final String ROLLED_BACK = "40";

    private final DataSource database;

    public Sql(DataSource database) {
        this.database = database;
    }

    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    public boolean isReachable() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(PING_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * Every statement for itself. Work is done again if the database has rolled it back, which a replica does with what
     * stands in the way of a dropped partition, for example; this holds for all that follow, too.
     *
     * @param action for the message of a failure: "list the campaigns"
     * @throws StoreException if the database does not do its part
     */
    public <T> T ask(String action, Work<T> work) {
        try {
            return once(work);
        } catch (SQLException e) {
            if (!isRolledBack(e)) {
                throw failure(action, e);
            }
            try {
                return once(work);
            } catch (SQLException again) {
                again.addSuppressed(e);
                throw failure(action, again);
            }
        }
    }

    private <T> T once(Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return work.on(connection);
        }
    }

    /** Like {@link #ask}, all statements on one snapshot. */
    public <T> T askAtOnce(String action, Work<T> work) {
        return change(action, connection -> {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return work.on(connection);
        });
    }

    /** Like {@link #ask}, all statements or none: whatever is thrown rolls them back. */
    public <T> T change(String action, Work<T> work) {
        return ask(action, connection -> {
            // What is not committed is rolled back by the pool when it takes the connection back.
            connection.setAutoCommit(false);
            T result = work.on(connection);
            connection.commit();
            return result;
        });
    }

    private static boolean isRolledBack(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith(ROLLED_BACK);
    }

    private static StoreException failure(String action, SQLException e) {
        StoreException.Kind kind = StoreException.Kind.AWAY;
        if (CANCELLED.equals(e.getSQLState())) {
            kind = StoreException.Kind.TOO_SLOW;
        } else if (isRolledBack(e)) {
            kind = StoreException.Kind.CONFLICT;
        }
        return new StoreException(kind, "The database failed to " + action + ": " + e.getMessage(), e);
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
