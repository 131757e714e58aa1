package io.lightflow.database;

import io.lightflow.time.Durations;
import java.io.Serializable;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How to reach PostgreSQL. Serializable, so that it can travel to a worker.
 *
 * @param jdbcUrl such as {@code jdbc:postgresql://127.0.0.1:5432/lightflow}; without user and password
 * @param user the role that owns the tables
 * @param password may be empty; never printed
 * @param schema where the tables are: lower-case letters, digits and underscores
 * @param poolSize most connections that one sink holds open, 1 to 64; one is enough for a sink
 * @param connectTimeout how long to wait for a connection, 1 s to 10 min; after that PostgreSQL counts as away
 * @param statementTimeout how long one statement may take, 1 s to 1 h; after that it is rolled back
 */
public record PostgresSettings(
        String jdbcUrl,
        String user,
        String password,
        String schema,
        int poolSize,
        Duration connectTimeout,
        Duration statementTimeout)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final String DEFAULT_SCHEMA = "public";
    public static final int DEFAULT_POOL_SIZE = 2;
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration DEFAULT_STATEMENT_TIMEOUT = Duration.ofMinutes(2);

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    public PostgresSettings {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("jdbcUrl must begin with jdbc:postgresql: (without user and password)");
        }
        if (jdbcUrl.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException(
                    "jdbcUrl must not hold the password; give it as the setting of its own, which is never printed");
        }
        if (!NAME.matcher(schema).matches()) {
            throw new IllegalArgumentException(
                    "schema must be lower-case letters, digits and underscores, found: " + schema);
        }
        if (poolSize < 1 || poolSize > 64) {
            throw new IllegalArgumentException("poolSize must be from 1 to 64, found " + poolSize);
        }
        checkRange("connectTimeout", connectTimeout, Duration.ofMinutes(10));
        checkRange("statementTimeout", statementTimeout, Duration.ofHours(1));
    }

    /** With the defaults for everything else. */
    public PostgresSettings(String jdbcUrl, String user, String password) {
        this(
                jdbcUrl,
                user,
                password,
                DEFAULT_SCHEMA,
                DEFAULT_POOL_SIZE,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_STATEMENT_TIMEOUT);
    }

    private static void checkRange(String name, Duration value, Duration most) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " must be from 1s to " + Durations.format(most) + ", found " + Durations.format(value));
        }
    }

    @Override
    public String toString() {
        return "PostgresSettings[jdbcUrl=" + jdbcUrl + ", user=" + user + ", schema=" + schema + ", poolSize="
                + poolSize + ", connectTimeout=" + connectTimeout + ", statementTimeout=" + statementTimeout + "]";
    }
}
