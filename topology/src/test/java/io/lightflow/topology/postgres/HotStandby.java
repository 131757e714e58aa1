package io.lightflow.topology.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A real hot standby of a test's PostgreSQL, which streams from it and replays when the test lets it. */
public final class HotStandby implements AutoCloseable {
    private static final String RECOVERY_CONFLICT = "40001";
    private static final int MAX_ATTEMPTS = 100;
    private static final long LOOK_NANOS = 1_000_000;

    private final String primaryUrl;
    private final EmbeddedPostgres server;

    private HotStandby(String primaryUrl, EmbeddedPostgres server) {
        this.primaryUrl = primaryUrl;
        this.server = server;
    }

    /**
     * Makes one from a copy of the primary's files, as its handbook describes a base backup, and starts it.
     *
     * @param primaryUrl of the database postgres, where the user postgres may do everything
     * @param folder empty
     * @param settings lines of its configuration
     */
    public static HotStandby of(String primaryUrl, Path folder, String... settings) throws SQLException, IOException {
        Path copy = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
        try (Connection connection = DriverManager.getConnection(primaryUrl, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('copy', true)");
            copyFiles(Path.of(ask(primaryUrl, "SHOW data_directory")), copy);
            try (ResultSet stopped = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                stopped.next();
                Files.writeString(copy.resolve("backup_label"), stopped.getString(1));
            }
        }
        Files.createFile(copy.resolve("standby.signal"));
        String port = primaryUrl.replaceAll(".*:(\\d+)/.*", "$1");
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'\n" + String.join("\n", settings)
                        + "\n");
        return new HotStandby(
                primaryUrl,
                EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(PostgresServer.programs())
                        .setDataDirectory(copy)
                        .setCleanDataDirectory(false)
                        .setPGStartupWait(Duration.ofMinutes(1))
                        .start());
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.filter(file -> !file.equals(from)).toList();
        }
        for (Path file : files) {
            Path relative = from.relativize(file);
            boolean isLog = relative.startsWith("pg_wal") && Files.isRegularFile(file);
            if (!isLog && !relative.startsWith("postmaster.pid")) {
                try {
                    Files.copy(file, to.resolve(relative));
                } catch (NoSuchFileException e) {
                    // A temporary file of the running server.
                }
            }
        }
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    /** From now on it shows what it has replayed up to now, until {@link #resumeReplay}. */
    public void pauseReplay() {
        ask("SELECT pg_wal_replay_pause()");
        await("replay is paused", "SELECT pg_get_wal_replay_pause_state() = 'paused'");
    }

    public void resumeReplay() {
        ask("SELECT pg_wal_replay_resume()");
    }

    /** Makes it a primary itself. */
    public void promote() {
        ask("SELECT pg_promote()");
        await("it is a primary", "SELECT NOT pg_is_in_recovery()");
    }

    /** From now on it gets nothing from the primary any more. */
    public void disconnect() {
        execute("ALTER SYSTEM SET primary_conninfo = ''");
        ask("SELECT pg_reload_conf()");
        await("it is disconnected", "SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)");
    }

    /** Returns when it shows what the primary has done up to now, committed or not. */
    public void awaitReplay() {
        String end = ask(primaryUrl, "SELECT pg_logical_emit_message(false, 'awaited', '', true)");
        await("all is replayed", "SELECT pg_last_wal_replay_lsn() >= '" + end + "'");
    }

    /** Asks again until the answer is true, for half a minute at most. */
    public void await(String what, String sql) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!"t".equals(ask(sql))) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 30 s: " + what);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run " + sql, e);
        }
    }

    private String ask(String sql) {
        return ask(url(), sql);
    }

    /** The first column of the first row. A statement that replay cancels is sent again. */
    private static String ask(String url, String sql) {
        for (int attempt = 1; ; attempt++) {
            try {
                return askOnce(url, sql);
            } catch (SQLException e) {
                if (!RECOVERY_CONFLICT.equals(e.getSQLState()) || attempt == MAX_ATTEMPTS) {
                    throw new IllegalStateException("cannot run " + sql, e);
                }
            }
        }
    }

    private static String askOnce(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getString(1);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
