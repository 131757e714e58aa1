package io.lightflow.reports.server;

import io.lightflow.service.settings.Secret;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The connection settings of a PostgreSQL database with the statistics tables.
 *
 * @param url JDBC URL without user and password
 * @param password null if the database requires none; never printed
 * @param schema schema of the tables: lower-case letters, digits and underscores
 * @param poolSize the maximum number of connections, 1 to 100
 * @param timeout how long a request waits for a connection, at least 250 ms
 */
public record DatabaseSettings(
        String url, String user, Secret password, String schema, int poolSize, Duration timeout) {
    public static final String DEFAULT_SCHEMA = "public";
    public static final int DEFAULT_POOL_SIZE = 8;
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    public DatabaseSettings {
        Objects.requireNonNull(user, "user");
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("the URL of a database must begin with jdbc:postgresql:");
        }
        if (url.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException(
                    "the URL of a database must not contain the password: set passwordVariable to the name"
                            + " of its variable, or passwordFile to its file");
        }
        if (!NAME.matcher(schema).matches()) {
            throw new IllegalArgumentException(
                    "schema must be lower-case letters, digits and underscores, but is '" + schema + "'");
        }
        if (poolSize < 1 || poolSize > 100) {
            throw new IllegalArgumentException("poolSize must be 1 to 100, but is " + poolSize);
        }
        if (timeout.compareTo(Duration.ofMillis(250)) < 0) {
            throw new IllegalArgumentException("timeout must be at least 250ms, but is " + Durations.format(timeout));
        }
    }

    /** Settings with the defaults for all other components. */
    public static DatabaseSettings of(String url, String user, String password) {
        Secret secret = password == null ? null : Secret.of(password);
        return new DatabaseSettings(url, user, secret, DEFAULT_SCHEMA, DEFAULT_POOL_SIZE, DEFAULT_TIMEOUT);
    }

    public DatabaseSettings withSchema(String name) {
        return new DatabaseSettings(url, user, password, name, poolSize, timeout);
    }

    /** Omits the password. */
    @Override
    public String toString() {
        return url + " as " + user + ", schema " + schema;
    }
}
