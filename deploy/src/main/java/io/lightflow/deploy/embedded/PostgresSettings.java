package io.lightflow.deploy.embedded;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What an {@link EmbeddedPostgresServer} is started with.
 *
 * @param directory where its data lives
 * @param binaries where the PostgreSQL programs are unpacked (about 60 MB); several servers may share it
 * @param port where it listens on 127.0.0.1; 0 for the port that the directory remembers, or a free one
 * @param server settings as in postgresql.conf, such as {@code shared_buffers}; they win over the built-in ones
 * @param atJvmExit who stops the server when this JVM exits
 */
public record PostgresSettings(
        Path directory, Path binaries, int port, Map<String, String> server, AtJvmExit atJvmExit) {

    /** Who stops the server when this JVM exits, by Ctrl-C for example. */
    public enum AtJvmExit {
        /** A shutdown hook of the server's own. */
        STOP,
        /** The caller, who has a shutdown hook that stops several servers in order. */
        LEAVE_TO_CALLER
    }

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.]*");

    public PostgresSettings {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(binaries, "binaries");
        Objects.requireNonNull(atJvmExit, "atJvmExit");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        }
        server = Map.copyOf(server);
        server.keySet().forEach(PostgresSettings::requireName);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not the name of a PostgreSQL setting: expected lower case"
                            + " letters, digits and _, as in shared_buffers.");
        }
    }

    public static PostgresSettings in(Path directory) {
        return new PostgresSettings(directory, directory.resolve("binaries"), 0, Map.of(), AtJvmExit.STOP);
    }

    public PostgresSettings withPort(int newPort) {
        return new PostgresSettings(directory, binaries, newPort, server, atJvmExit);
    }

    public PostgresSettings withBinaries(Path newBinaries) {
        return new PostgresSettings(directory, newBinaries, port, server, atJvmExit);
    }

    public PostgresSettings with(String name, String value) {
        Map<String, String> more = new HashMap<>(server);
        more.put(name, value);
        return new PostgresSettings(directory, binaries, port, more, atJvmExit);
    }

    public PostgresSettings with(AtJvmExit newAtJvmExit) {
        return new PostgresSettings(directory, binaries, port, server, newAtJvmExit);
    }

    /** The text of a configuration file, in the order of the names. */
    String render(int listenPort) {
        Map<String, String> all = new TreeMap<>();
        // What advertisers are billed on must survive a power cut.
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
