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
 * PostgreSQL as a process: the programs are unpacked from their Maven artifact into the process's folder, and the
 * database files are made there once. Everything is durable ({@code fsync} and {@code synchronous_commit} on), as the
 * ledger demands.
 */
final class PostgresServer {
    private static final Duration INITDB_WITHIN = Duration.ofSeconds(60);

    static final String USER = "postgres";

    private final Path directory;
    private final int port;
    private final PostgresPrograms programs;

    PostgresServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        this.programs = PostgresPrograms.in(directory.resolve("software"));
    }

    /** For connections of the one user and database of a new server; more parameters go after {@code &}. */
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
                // After a kill the server's own children need a moment to notice that it is gone.
                .retriedWhen("pre-existing shared memory block|is another postmaster");
    }

    /** Unpacks the programs and makes the database files, if that is not done. */
    void prepare() {
        programs.unpack();
        if (Files.exists(data().resolve("PG_VERSION"))) {
            return;
        }
        try {
            initialize();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make the database files in " + data(), e);
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

    /** In a folder of another name first, so that one that was half made is not taken for a database. */
    private void initialize() throws IOException {
        Path partial = directory.resolve("data.partial");
        Resources.deleteFolder(partial);
        Files.createDirectory(
                partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        programs.own(partial);
        Path log = directory.resolve("logs/initdb.log");
        Files.createDirectories(log.getParent());
        programs.run(
                log,
                INITDB_WITHIN,
                "initdb",
                "--pgdata=" + partial,
                "--auth=trust",
                "--username=" + USER,
                "--encoding=UTF8",
                "--locale=C");
        Files.move(partial, data(), StandardCopyOption.ATOMIC_MOVE);
    }
}
