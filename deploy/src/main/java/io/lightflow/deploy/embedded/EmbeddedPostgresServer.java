package io.lightflow.deploy.embedded;

import io.lightflow.deploy.embedded.EmbeddedPostgresSettings.AtJvmExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.io.file.PathUtils;

/**
 * A PostgreSQL server as a child process of this JVM, on loopback, with full durability: commits survive a crash of
 * this JVM, of the server and of the machine.
 *
 * <p>Local connections need no password. The server logs to {@code postgres.log} in its directory.
 *
 * <p>Nothing starts before {@link #start()}. Thread-safe; start and close exclude each other.
 */
public final class EmbeddedPostgresServer implements PostgresServer {
    public static final String DATABASE = "lightflow";
    public static final String USER = "postgres";

    /**
     * Recovery after a crash replays up to {@code max_wal_size} of changes, and a stop writes what is not yet on disk.
     */
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(3);

    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9-]*");
    private static final String INCLUDED_FILE = "lightflow.conf";

    private final EmbeddedPostgresSettings settings;
    private ServerDirectory directory;
    private PostgresPrograms programs;
    private Thread shutdownHook;
    private int port;

    /** A server in the directory, on its previous port or a free one. */
    public EmbeddedPostgresServer(Path directory) {
        this(EmbeddedPostgresSettings.in(directory));
    }

    public EmbeddedPostgresServer(EmbeddedPostgresSettings settings) {
        this.settings = settings;
    }

    /** The JDBC URL of a server in this directory that another process runs, with its user; empty if none does. */
    public static Optional<String> jdbcUrlOfRunning(Path directory) {
        return ServerDirectory.portInUse(directory, "client").map(port -> jdbcUrl(port, DATABASE));
    }

    /**
     * Creates the database in a new directory and starts the server. Returns when it accepts connections, after about 1
     * s, or 3 s in a new directory. It first stops a server that a killed JVM left behind.
     *
     * @throws IllegalStateException if it already runs, its directory or port is in use, or PostgreSQL fails
     */
    @Override
    public synchronized void start() {
        if (directory != null) {
            throw new IllegalStateException(
                    "Starting PostgreSQL in " + settings.directory() + " failed: it already runs.");
        }
        directory = ServerDirectory.open("PostgreSQL", settings.directory());
        try {
            startServer();
        } catch (IOException e) {
            UncheckedIOException failure =
                    new UncheckedIOException("Starting PostgreSQL in " + settings.directory() + " failed", e);
            closeAfter(failure);
            throw failure;
        } catch (SQLException e) {
            IllegalStateException failure = new IllegalStateException(
                    "PostgreSQL on port " + port + " started, but creating the database " + DATABASE + " failed", e);
            closeAfter(failure);
            throw failure;
        } catch (RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private void startServer() throws IOException, SQLException {
        programs = PostgresPrograms.unpackInto(settings.binaries());
        Path log = log();
        if (!Files.exists(log)) {
            Files.createFile(log);
            programs.own(log);
        }
        stopOrphan();
        port = directory.port("client", settings.port());
        if (!Files.exists(data())) {
            initialize();
        }
        Files.writeString(data().resolve(INCLUDED_FILE), settings.render(port));
        programs.own(data().resolve(INCLUDED_FILE));
        if (settings.atJvmExit() == AtJvmExit.STOP) {
            shutdownHook = new Thread(this::stopServer, "stop-postgresql");
            Runtime.getRuntime().addShutdownHook(shutdownHook);
        }
        programs.run(
                log,
                COMMAND_TIMEOUT,
                "pg_ctl",
                "start",
                "--pgdata=" + data(),
                "--log=" + log,
                "--wait",
                "--timeout=" + COMMAND_TIMEOUT.toSeconds());
        createDatabase(DATABASE);
    }

    /** Uses a temporary directory first, so that an incomplete one is not used as a database. */
    private void initialize() throws IOException {
        Path fresh = directory.resolve("data.new");
        if (Files.exists(fresh)) {
            PathUtils.deleteDirectory(fresh);
        }
        Files.createDirectory(
                fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        programs.own(fresh);
        programs.run(
                log(),
                COMMAND_TIMEOUT,
                "initdb",
                "--pgdata=" + fresh,
                "--auth=trust",
                "--username=" + USER,
                "--encoding=UTF8",
                "--locale=C");
        Files.writeString(
                fresh.resolve("postgresql.conf"),
                "\ninclude_if_exists = '" + INCLUDED_FILE + "'\n",
                StandardOpenOption.APPEND);
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void stopOrphan() throws IOException {
        Optional<Long> pid = readProcessId();
        if (pid.isEmpty()) {
            return;
        }
        if (ProcessHandle.of(pid.get()).filter(this::isOurServer).isPresent()) {
            stopServer();
        } else {
            // PostgreSQL would not start if another program has this id now. Deleting is safe under the directory's
            // lock.
            Files.deleteIfExists(processIdFile());
        }
    }

    private boolean isOurServer(ProcessHandle process) {
        ProcessHandle.Info info = process.info();
        return info.command().filter(command -> command.endsWith("postgres")).isPresent()
                && info.arguments().map(List::of).orElse(List.of()).contains(data().toString());
    }

    private void createDatabase(String name) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"));
                PreparedStatement exists = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            exists.setString(1, name);
            try (ResultSet found = exists.executeQuery();
                    Statement create = connection.createStatement()) {
                if (!found.next()) {
                    create.execute("CREATE DATABASE \"" + name + "\"");
                }
            }
        }
    }

    private String jdbcUrl(String database) {
        return jdbcUrl(port, database);
    }

    private static String jdbcUrl(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + USER;
    }

    /** The JDBC URL of the database {@value #DATABASE}, with its user. */
    @Override
    public synchronized String jdbcUrl() {
        requireRunning();
        return jdbcUrl(DATABASE);
    }

    @Override
    public synchronized String jdbcUrlOf(String name) {
        requireRunning();
        if (!DATABASE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a database: expected lower-case letters, digits and -, found " + name);
        }
        try {
            createDatabase(name);
        } catch (SQLException e) {
            throw new IllegalStateException("Creating the database " + name + " on port " + port + " failed", e);
        }
        return jdbcUrl(name);
    }

    public synchronized int port() {
        requireRunning();
        return port;
    }

    /** The psql command line for this database. */
    @Override
    public synchronized String psqlCommand() {
        requireRunning();
        return "psql -h 127.0.0.1 -p " + port + " -U " + USER + " " + DATABASE;
    }

    @Override
    public synchronized long processId() {
        requireRunning();
        try {
            return readProcessId()
                    .orElseThrow(() -> new IllegalStateException(
                            "PostgreSQL in " + settings.directory() + " has stopped unexpectedly. See " + log()));
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + processIdFile() + " failed", e);
        }
    }

    private Optional<Long> readProcessId() throws IOException {
        if (!Files.exists(processIdFile())) {
            return Optional.empty();
        }
        return Files.readAllLines(processIdFile()).stream().findFirst().map(line -> Long.parseLong(line.strip()));
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path log() {
        return directory.resolve("postgres.log");
    }

    private Path processIdFile() {
        return data().resolve("postmaster.pid");
    }

    private void requireRunning() {
        if (directory == null) {
            throw new IllegalStateException(
                    "PostgreSQL in " + settings.directory() + " is not running: call start() first.");
        }
    }

    private void stopServer() {
        if (Files.exists(processIdFile())) {
            programs.run(
                    log(),
                    COMMAND_TIMEOUT,
                    "pg_ctl",
                    "stop",
                    "--pgdata=" + data(),
                    "--mode=fast",
                    "--wait",
                    "--timeout=" + COMMAND_TIMEOUT.toSeconds());
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops the server if it runs, and ends its connections. It can be restarted. */
    @Override
    public synchronized void close() {
        if (directory == null) {
            return;
        }
        try {
            removeShutdownHook();
            if (programs != null) {
                stopServer();
            }
        } finally {
            directory.close();
            directory = null;
        }
    }

    private void removeShutdownHook() {
        if (shutdownHook == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            return; // the JVM exits, and the hook runs or has run: stopping twice is harmless
        } finally {
            shutdownHook = null;
        }
    }
}
