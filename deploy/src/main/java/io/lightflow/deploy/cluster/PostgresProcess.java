package io.lightflow.deploy.cluster;

import io.lightflow.deploy.embedded.PostgresPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL as a process. It unpacks the programs from their Maven artifact into the process's directory, and creates
 * the database files there once. Commits are durable ({@code fsync} and {@code synchronous_commit} on), as the ledger
 * requires.
 */
final class PostgresProcess {
    private static final Duration INITDB_TIMEOUT = Duration.ofSeconds(60);

    static final String USER = "postgres";

    private final Path directory;
    private final int port;
    private final PostgresPrograms programs;

    PostgresProcess(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        this.programs = PostgresPrograms.sharedOrIn(directory.resolve("software"));
    }

    /** The JDBC URL for the only user and database of a new server; further parameters follow {@code &}. */
    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres?user=%s".formatted(port, USER);
    }

    ProcessSpec spec() {
        List<String> command = programs.command("postgres", "-D", data().toString());
        setting(command, "listen_addresses", "127.0.0.1");
        setting(command, "port", Integer.toString(port));
        setting(command, "unix_socket_directories", "");
        setting(command, "fsync", "on");
        setting(command, "synchronous_commit", "on");
        setting(command, "full_page_writes", "on");
        setting(command, "max_connections", "100");
        setting(command, "shared_buffers", "128MB");
        setting(command, "max_wal_size", "1GB");
        setting(command, "log_line_prefix", "%m [%p] ");
        return ProcessSpec.of("postgres", command, environment(), directory, data().toString())
                .stoppedBy(Signal.INT, Duration.ofSeconds(20))
                // After a kill, the server's children need a moment to notice its end.
                .retriedWhen("pre-existing shared memory block|is another postmaster");
    }

    /** Unpacks the programs and creates the database files, unless they exist. */
    void prepare() {
        programs.unpack();
        if (Files.exists(data().resolve("PG_VERSION"))) {
            return;
        }
        try {
            initialize();
        } catch (IOException e) {
            throw new UncheckedIOException("Creating the database files in " + data() + " failed", e);
        }
    }

    private static void setting(List<String> command, String name, String value) {
        command.addAll(List.of("-c", name + "=" + value));
    }

    private Path data() {
        return directory.resolve("data");
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = JavaLaunch.environment();
        environment.put("LC_ALL", "C");
        environment.put("TZ", "UTC");
        return environment;
    }

    /** Uses a temporary directory first, so that an incomplete one is not used as a database. */
    private void initialize() throws IOException {
        Path partial = directory.resolve("data.partial");
        ResourceFiles.deleteFolder(partial);
        Files.createDirectory(
                partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        programs.own(partial);
        Path log = directory.resolve("logs/initdb.log");
        Files.createDirectories(log.getParent());
        programs.run(
                log,
                INITDB_TIMEOUT,
                "initdb",
                "--pgdata=" + partial,
                "--auth=trust",
                "--username=" + USER,
                "--encoding=UTF8",
                "--locale=C");
        Files.move(partial, data(), StandardCopyOption.ATOMIC_MOVE);
    }
}
