package io.lightflow.reports.server;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How to reach a PostgreSQL with the tables of the statistics.
 *
 * @param url without user and password
 * @param password null if the database asks for none; never printed
 * @param schema where the tables are: lower-case letters, digits and underscores
 * @param poolSize the greatest number of connections, 1 to 100
 * @param timeout how long a request waits for a connection, at least 250 ms
 */
public record DatabaseSettings(
        String url, String user, String password, String schema, int poolSize, Duration timeout) {
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
                    "the URL of a database must not hold the password: give the name of its variable");
        }
        if (!NAME.matcher(schema).matches()) {
            throw new IllegalArgumentException(
                    "schema must be lower-case letters, digits and underscores, and is '" + schema + "'");
        }
        if (poolSize < 1 || poolSize > 100) {
            throw new IllegalArgumentException("poolSize must be from 1 to 100, and is " + poolSize);
        }
        if (timeout.compareTo(Duration.ofMillis(250)) < 0) {
            throw new IllegalArgumentException("the time-out of a database must be at least 250ms, and is " + timeout);
        }
    }

    /** With the defaults for everything else. */
    public static DatabaseSettings of(String url, String user, String password) {
        return new DatabaseSettings(url, user, password, DEFAULT_SCHEMA, DEFAULT_POOL_SIZE, DEFAULT_TIMEOUT);
    }

    public DatabaseSettings withSchema(String name) {
        return new DatabaseSettings(url, user, password, name, poolSize, timeout);
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
        return url + " as " + user + ", schema " + schema;
    }
}
