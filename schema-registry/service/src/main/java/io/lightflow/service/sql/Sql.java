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
     * Every statement for itself.
     *
     * @param action for the message of a failure: "list the campaigns"
     * @throws StoreException if the database does not do its part
     */
    public <T> T ask(String action, Work<T> work) {
        try (Connection connection = database.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw failure(action, e);
        }
    }

    /** Like {@link #ask}, all statements on one snapshot. */
    public <T> T askAtOnce(String action, Work<T> work) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            T result = work.on(connection);
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw failure(action, e);
        }
    }

    /** Like {@link #ask}, all statements or none: whatever is thrown rolls them back. */
    public <T> T change(String action, Work<T> work) {
        try (Connection connection = database.getConnection()) {
            // What is not committed is rolled back by the pool when it takes the connection back.
            connection.setAutoCommit(false);
            T result = work.on(connection);
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw failure(action, e);
        }
    }

    private static StoreException failure(String action, SQLException e) {
        return new StoreException(
                CANCELLED.equals(e.getSQLState()) ? StoreException.Kind.TOO_SLOW : StoreException.Kind.AWAY,
                "The database failed to " + action + ": " + e.getMessage(),
                e);
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
