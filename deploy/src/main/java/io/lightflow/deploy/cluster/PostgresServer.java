package io.lightflow.deploy.cluster;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL as a process: the binaries are unpacked from their Maven artifact into the process's folder, and the database files
 * are made there once. Everything is durable ({@code fsync} and {@code synchronous_commit} on), as the ledger demands.
 *
 * <p>PostgreSQL refuses to run as root. For root it is started in a user namespace of its own, in which root is nobody in
 * particular, and to which all of its files belong.
 */
final class PostgresServer {
    private static final Duration INITDB_WITHIN = Duration.ofSeconds(60);

    static final String USER = "postgres";

    private final Path directory;
    private final int port;

    PostgresServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** For connections of the one user and database of a new server; more parameters go after {@code &}. */
    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres?user=%s".formatted(port, USER);
    }

    ProcessSpec spec() {
        List<String> command = new ArrayList<>(unprivileged());
        command.addAll(List.of(binary("postgres"), "-D", data().toString()));
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

    /** Unpacks the binaries and makes the database files, if that is not done. */
    void prepare() {
        try {
            if (!Files.exists(Path.of(binary("postgres")))) {
                unpack();
            }
            if (!Files.exists(data().resolve("PG_VERSION"))) {
                initialize();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot prepare PostgreSQL in " + directory, e);
        }
    }

    private static void setting(List<String> command, String name, String value) {
        command.addAll(List.of("-c", name + "=" + value));
    }

    private Path data() {
        return directory.resolve("data");
    }

    private String binary(String name) {
        return directory.resolve("software/bin").resolve(name).toString();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = JavaLaunch.environment();
        environment.put("LC_ALL", "C");
        environment.put("TZ", "UTC");
        return environment;
    }

    private static List<String> unprivileged() {
        return LinuxUtils.isUnshareAvailable() ? List.of("unshare", "-U") : List.of();
    }

    private void unpack() throws IOException {
        Path partial = directory.resolve("software.partial");
        Resources.deleteFolder(partial);
        String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : "Linux";
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine);
        if (archive == null) {
            throw new IOException(
                    "No PostgreSQL binaries for %s on %s among the dependencies".formatted(system, machine));
        }
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, partial);
            }
        }
        Files.move(partial, directory.resolve("software"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder) throws IOException {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
            throw new IOException("The archive entry " + entry.getName() + " would leave its folder");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        if (entry.isLink()) {
            Files.createLink(target, folder.resolve(entry.getLinkName()));
            return;
        }
        Files.copy(tar, target);
        if ((entry.getMode() & 0100) != 0) {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private void initialize() throws IOException {
        Path partial = directory.resolve("data.partial");
        Resources.deleteFolder(partial);
        Files.createDirectories(directory.resolve("logs"));
        Path log = directory.resolve("logs/initdb.log");
        List<String> command = new ArrayList<>(unprivileged());
        command.addAll(List.of(
                binary("initdb"),
                "-D",
                partial.toString(),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment());
        Process initdb = builder.start();
        try {
            if (!initdb.waitFor(INITDB_WITHIN.toSeconds(), TimeUnit.SECONDS) || initdb.exitValue() != 0) {
                initdb.destroyForcibly();
                throw new IOException("Cannot make the database files with %s:%n%s"
                        .formatted(command, Files.readString(log, StandardCharsets.UTF_8)));
            }
        } catch (InterruptedException e) {
            initdb.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while making the database files", e);
        }
        Files.move(partial, data(), StandardCopyOption.ATOMIC_MOVE);
    }
}
