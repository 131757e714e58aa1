package io.lightflow.deploy.embedded;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The settings of an {@link EmbeddedPostgresServer}.
 *
 * @param directory the data directory
 * @param binaries the directory of the PostgreSQL programs (about 60 MB), which several servers may share
 * @param port port on 127.0.0.1; 0 for the directory's previous port or a free one
 * @param server settings as in postgresql.conf, such as {@code shared_buffers}, which override the built-in ones
 * @param atJvmExit who stops the server when this JVM exits
 */
public record EmbeddedPostgresSettings(
        Path directory, Path binaries, int port, Map<String, String> server, AtJvmExit atJvmExit) {

    /** The party that stops the server when this JVM exits, for example after Ctrl-C. */
    public enum AtJvmExit {
        /** The server's own shutdown hook. */
        STOP,
        /** The caller's shutdown hook, which stops several servers in order. */
        LEAVE_TO_CALLER
    }

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.]*");

    public EmbeddedPostgresSettings {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(binaries, "binaries");
        Objects.requireNonNull(atJvmExit, "atJvmExit");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        }
        server = Map.copyOf(server);
        server.keySet().forEach(EmbeddedPostgresSettings::requireName);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not the name of a PostgreSQL setting: expected lower case"
                            + " letters, digits and _, as in shared_buffers.");
        }
    }

    public static EmbeddedPostgresSettings in(Path directory) {
        Path binaries = PostgresPrograms.sharedFolderOr(directory.resolve("binaries"));
        return new EmbeddedPostgresSettings(directory, binaries, 0, Map.of(), AtJvmExit.STOP);
    }

    public EmbeddedPostgresSettings withPort(int newPort) {
        return new EmbeddedPostgresSettings(directory, binaries, newPort, server, atJvmExit);
    }

    public EmbeddedPostgresSettings withBinaries(Path newBinaries) {
        return new EmbeddedPostgresSettings(directory, newBinaries, port, server, atJvmExit);
    }

    public EmbeddedPostgresSettings with(String name, String value) {
        Map<String, String> more = new HashMap<>(server);
        more.put(name, value);
        return new EmbeddedPostgresSettings(directory, binaries, port, more, atJvmExit);
    }

    public EmbeddedPostgresSettings with(AtJvmExit newAtJvmExit) {
        return new EmbeddedPostgresSettings(directory, binaries, port, server, newAtJvmExit);
    }

    /** The content of a configuration file, sorted by name. */
    String render(int listenPort) {
        Map<String, String> all = new TreeMap<>();
        // Billing data must survive a power failure.
        all.put("fsync", "on");
        all.put("synchronous_commit", "on");
        all.put("full_page_writes", "on");
        all.put("timezone", "UTC");
        all.put("max_connections", "100");
        all.put("shared_buffers", "128MB");
        all.put("max_wal_size", "2GB");
        all.put("log_checkpoints", "off");
        all.put("listen_addresses", "127.0.0.1");
        all.put("unix_socket_directories", "");
        all.putAll(server);
        all.put("port", Integer.toString(listenPort));
        StringBuilder text = new StringBuilder("# Written at every start: do not edit.\n");
        all.forEach((name, value) -> text.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        return text.toString();
    }
}
