package io.lightflow.deploy.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.file.PathUtils;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks the programs of PostgreSQL from the class path and runs them. PostgreSQL refuses to run as root. Root
 * therefore runs it in a user namespace or, where none is allowed (as in most containers), as the user nobody.
 */
public final class PostgresPrograms {
    /** Names a folder where the servers of this process share the programs. Without it, each server unpacks them. */
    private static final String SHARED_FOLDER = "lightflow.postgresql";

    private static final int NOBODY = 65_534;

    private final Path home;
    private final Runner runner;

    private enum Runner {
        CALLER(List.of()),
        NAMESPACE(List.of("unshare", "-U")),
        UNPRIVILEGED(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));

        private final List<String> prefix;

        Runner(List<String> prefix) {
            this.prefix = prefix;
        }

        static Runner detect() {
            if (!"root".equals(System.getProperty("user.name"))) {
                return CALLER;
            }
            return LinuxUtils.isUnshareAvailable() ? NAMESPACE : UNPRIVILEGED;
        }
    }

    /** Detected once, because detection starts a process. */
    private static final class Detected {
        static final Runner RUNNER = Runner.detect();
    }

    /** Named once, because its digest needs all of the archive. */
    private static final class Archive {
        static final String NAME = "postgresql-" + digest(archive());
    }

    private PostgresPrograms(Path home, Runner runner) {
        this.home = home;
        this.runner = runner;
    }

    /** The programs in the directory to which {@link #unpack} writes them. */
    public static PostgresPrograms in(Path home) {
        return new PostgresPrograms(home.toAbsolutePath().normalize(), Detected.RUNNER);
    }

    /** The shared programs, or those in a directory of one server. */
    public static PostgresPrograms sharedOrIn(Path home) {
        String shared = System.getProperty(SHARED_FOLDER);
        return in(shared == null ? home : Path.of(shared, Archive.NAME));
    }

    /** The folder of the shared programs, or that of one server. */
    static Path sharedFolderOr(Path directory) {
        String shared = System.getProperty(SHARED_FOLDER);
        return shared == null ? directory : Path.of(shared);
    }

    /** Unpacks the programs into a subdirectory that is named after their archive and may be shared. */
    static PostgresPrograms unpackInto(Path directory) {
        PostgresPrograms programs = in(directory.resolve(Archive.NAME));
        programs.unpack();
        return programs;
    }

    /** Unpacks the programs unless they exist. Several processes may call it concurrently. */
    public void unpack() {
        if (Files.isDirectory(home)) {
            return;
        }
        try {
            Files.createDirectories(home.getParent());
            Path partial = home.resolveSibling("unpacking-" + UUID.randomUUID());
            unpack(archive(), partial);
            moveInto(home, partial);
        } catch (IOException e) {
            throw new UncheckedIOException("Unpacking the programs of PostgreSQL into " + home + " failed", e);
        }
    }

    private static byte[] archive() {
        String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : System.getProperty("os.name");
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            if (in == null) {
                throw new IllegalStateException("Expected programs of PostgreSQL for " + system + " on " + machine
                        + " on the class path, found none");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the programs of PostgreSQL failed", e);
        }
    }

    private static String digest(byte[] archive) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(Arrays.copyOf(hash, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        Files.createDirectories(target);
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("The archive has an entry outside of itself: " + entry.getName());
                }
                unpack(tar, entry, path);
            }
        }
    }

    private static void unpack(InputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        boolean executable = (entry.getMode() & 0100) != 0 || path.getParent().endsWith("bin");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static void moveInto(Path home, Path partial) throws IOException {
        try {
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            PathUtils.deleteDirectory(partial); // another process was faster
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
            PathUtils.deleteDirectory(partial); // likewise: "directory not empty" has no exception of its own here
        }
    }

    /** Changes the owner of a file or an empty directory to the user of the programs. */
    public void own(Path path) throws IOException {
        if (runner == Runner.UNPRIVILEGED) {
            Files.setAttribute(path, "unix:uid", NOBODY);
            Files.setAttribute(path, "unix:gid", NOBODY);
        }
    }

    /** The command line of a program, for a user that PostgreSQL accepts. */
    public List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(runner.prefix);
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Runs a program to its end, and appends its output to {@code log}.
     *
     * @throws IllegalStateException if it fails or takes longer than {@code limit}
     */
    public void run(Path log, Duration limit, String program, String... arguments) {
        List<String> command = command(program, arguments);
        String text = String.join(" ", command);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "PostgreSQL: '" + text + "' did not end within " + limit.toSeconds() + " s. See " + log);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException("PostgreSQL: '" + text + "' failed with status " + process.exitValue()
                        + ". The reason is at the end of " + log + advice());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL: running '" + text + "' failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("PostgreSQL: interrupted while '" + text + "' ran", e);
        }
    }

    private String advice() {
        return runner == Runner.UNPRIVILEGED
                ? "; without user namespaces, root runs it as the user nobody, who needs access to " + home
                        + " and the data directory."
                : ".";
    }
}
