package io.lightflow.deploy.embedded;

import io.lightflow.deploy.embedded.PostgresSettings.AtJvmExit;
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
 * A PostgreSQL server of its own, as a child of this JVM, on loopback, with full durability: what it has committed is
 * there after a crash of this JVM, of the server, or of the machine.
 *
 * <p>Local connections are trusted, without a password. The server's messages are in {@code postgres.log} in its
 * directory.
 *
 * <p>Nothing starts before {@link #start()}. All methods may be called from any thread; start and close are one at a
 * time.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {
    public static final String DATABASE = "lightflow";
    public static final String USER = "postgres";

    /**
     * Recovery after a crash replays up to {@code max_wal_size} of changes, and a stop writes what is not yet on disk.
     */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9-]*");
    private static final String INCLUDED = "lightflow.conf";

    private final PostgresSettings settings;
    private ServerDirectory directory;
    private PostgresPrograms programs;
    private Thread shutdownHook;
    private int port;

    /** A server in that directory, on the port that it had before, or on a free one. */
    public EmbeddedPostgresServer(Path directory) {
        this(PostgresSettings.in(directory));
    }

    public EmbeddedPostgresServer(PostgresSettings settings) {
        this.settings = settings;
    }

    /**
     * Makes the database when the directory is new, and starts; returns when it can be connected to. A server that was
     * left behind when its JVM was killed is stopped first. Takes about 1 s; 3 s in a new directory.
     *
     * @throws IllegalStateException when it runs already, or its directory or port is taken, or PostgreSQL fails
     */
    public synchronized void start() {
        if (directory != null) {
            throw new IllegalStateException(
                    "Cannot start PostgreSQL in " + settings.directory() + ": it runs already.");
        }
        directory = ServerDirectory.open("PostgreSQL", settings.directory());
        try {
            startServer();
        } catch (IOException e) {
            UncheckedIOException failure =
                    new UncheckedIOException("Cannot start PostgreSQL in " + settings.directory(), e);
            closeAfter(failure);
            throw failure;
        } catch (SQLException e) {
            IllegalStateException failure = new IllegalStateException(
                    "PostgreSQL on port " + port + " started, but the database " + DATABASE + " could not be made", e);
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
        stopWhatWasLeftBehind();
        port = directory.port("client", settings.port());
        if (!Files.exists(data())) {
            initialize();
        }
        Files.writeString(data().resolve(INCLUDED), settings.render(port));
        programs.own(data().resolve(INCLUDED));
        if (settings.atJvmExit() == AtJvmExit.STOP) {
            shutdownHook = new Thread(this::stopServer, "stop-postgresql");
            Runtime.getRuntime().addShutdownHook(shutdownHook);
        }
        programs.run(
                log,
                LIMIT,
                "pg_ctl",
                "start",
                "--pgdata=" + data(),
                "--log=" + log,
                "--wait",
                "--timeout=" + LIMIT.toSeconds());
        createDatabase(DATABASE);
    }

    /** In a directory of another name first, so that one that was half made is not taken for a database. */
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
                LIMIT,
                "initdb",
                "--pgdata=" + fresh,
                "--auth=trust",
                "--username=" + USER,
                "--encoding=UTF8",
                "--locale=C");
        Files.writeString(
                fresh.resolve("postgresql.conf"),
                "\ninclude_if_exists = '" + INCLUDED + "'\n",
                StandardOpenOption.APPEND);
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void stopWhatWasLeftBehind() throws IOException {
        Optional<Long> pid = readProcessId();
        if (pid.isEmpty()) {
            return;
        }
        if (ProcessHandle.of(pid.get()).filter(this::isOurServer).isPresent()) {
            stopServer();
        } else {
            // PostgreSQL would not start if another program runs under that id by now. We hold the directory's lock.
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
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + USER;
    }

    /** The URL of the database {@value #DATABASE}, with its user. */
    public synchronized String jdbcUrl() {
        requireRunning();
        return jdbcUrl(DATABASE);
    }

    /**
     * The URL of a further database, with its user; it is made if it is absent.
     *
     * @param name of lower-case letters, digits and -
     */
    public synchronized String jdbcUrlOf(String name) {
        requireRunning();
        if (!DATABASE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a database: expected lower-case letters, digits and -, found " + name);
        }
        try {
            createDatabase(name);
        } catch (SQLException e) {
            throw new IllegalStateException("The database " + name + " could not be made on port " + port, e);
        }
        return jdbcUrl(name);
    }

    public synchronized int port() {
        requireRunning();
        return port;
    }

    /** The command line with which a person looks into the database. */
    public synchronized String psqlCommand() {
        requireRunning();
        return "psql -h 127.0.0.1 -p " + port + " -U " + USER + " " + DATABASE;
    }

    /** The id of the server's main process, whose children are its connections and its background work. */
    public synchronized long processId() {
        requireRunning();
        try {
            return readProcessId()
                    .orElseThrow(() -> new IllegalStateException(
                            "PostgreSQL in " + settings.directory() + " has stopped by itself. See " + log()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + processIdFile(), e);
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
                    "PostgreSQL in " + settings.directory() + " does not run: call start() first.");
        }
    }

    private void stopServer() {
        if (Files.exists(processIdFile())) {
            programs.run(
                    log(),
                    LIMIT,
                    "pg_ctl",
                    "stop",
                    "--pgdata=" + data(),
                    "--mode=fast",
                    "--wait",
                    "--timeout=" + LIMIT.toSeconds());
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops the server, ending its connections; does nothing when it does not run. It can be started again. */
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
            return; // the JVM exits, and the hook runs or has run: stopping twice does no harm
        } finally {
            shutdownHook = null;
        }
    }
}
