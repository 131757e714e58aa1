package io.lightflow.deploy.reconcile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * A database of DuckDB in memory. What exceeds its limit is in a temporary folder, which disappears with it. All times
 * are UTC. Used by one thread, except for {@link #append}.
 */
final class ScratchDatabase implements AutoCloseable {
    private final Path folder;
    private final Connection connection;

    /** Reads the present row of a result. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Fills a table. */
    @FunctionalInterface
    interface Fill {
        void with(DuckDBAppender rows) throws SQLException;
    }

    private ScratchDatabase(Path folder, Connection connection) {
        this.folder = folder;
        this.connection = connection;
    }

    /** @param memoryMb memory outside the Java heap, MiB; what exceeds it is in the temporary folder */
    static ScratchDatabase open(int memoryMb, int threads) {
        try {
            Path folder = Files.createTempDirectory("lightflow-reconcile-");
            Connection connection = DriverManager.getConnection("jdbc:duckdb:");
            ScratchDatabase database = new ScratchDatabase(folder, connection);
            database.execute("SET memory_limit = '" + memoryMb + "MiB'");
            database.execute("SET threads = " + threads);
            database.execute(
                    "SET temp_directory = " + text(folder.resolve("spilled").toString()));
            database.execute("SET TimeZone = 'UTC'");
            database.execute("SET autoinstall_known_extensions = false");
            database.execute("SET autoload_known_extensions = false");
            database.execute("SET preserve_insertion_order = false");
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary folder cannot be created", e);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Creates a folder that disappears with the database. */
    Path subfolder(String name) {
        try {
            return Files.createDirectory(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary folder cannot be created", e);
        }
    }

    static IllegalStateException failed(SQLException cause) {
        return new IllegalStateException("the hour cannot be compared: " + cause.getMessage(), cause);
    }

    /** A text as a literal of SQL. */
    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    <T> List<T> query(String sql, Row<T> row) {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<T> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(row.read(found));
            }
            return rows;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    long count(String from) {
        return query("SELECT count(*) FROM " + from, row -> row.getLong(1)).get(0);
    }

    /** Fills a table, on a connection of its own: several threads may fill several tables. */
    void append(String table, Fill fill) {
        try (DuckDBConnection own = connection.unwrap(DuckDBConnection.class).duplicate();
                DuckDBAppender rows = own.createAppender("main", table)) {
            fill.with(rows);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            delete();
        }
    }

    private void delete() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary folder " + folder + " cannot be deleted", e);
        }
    }
}
