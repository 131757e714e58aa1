package io.lightflow.reports.gate;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The settings of a {@link BudgetGate}: database, polling and staleness.
 *
 * @param url URL of a replica or the primary: {@code jdbc:postgresql://…}, without user and password
 * @param listenUrl URL of the primary, for {@code LISTEN}, which a replica in recovery rejects; empty to listen at
 *     {@code url}
 * @param user a user that may select from {@code campaign_budget} and its underlying tables: {@code campaign},
 *     {@code campaign_total}, {@code campaign_spend} and {@code ledger}
 * @param password asked for each connection; null if the database requires none; never printed
 * @param schema the schema of the tables
 * @param poll the interval of checking for changes, 50 ms to 1 min
 * @param maxAge the age at which a snapshot becomes stale, more than {@code poll}
 * @param maxLag the lag of the statistics in event time at which the snapshot becomes stale. Empty for no limit, as for
 *     replayed logs
 * @param whenStale the decision for stale snapshots
 */
public record BudgetGateSettings(
        String url,
        Optional<String> listenUrl,
        String user,
        Supplier<String> password,
        String schema,
        Duration poll,
        Duration maxAge,
        Optional<Duration> maxLag,
        StalePolicy whenStale) {
    public static final String DEFAULT_SCHEMA = "public";
    public static final Duration DEFAULT_POLL = Duration.ofSeconds(1);
    public static final Duration DEFAULT_MAX_AGE = Duration.ofSeconds(10);
    public static final Duration DEFAULT_MAX_LAG = Duration.ofMinutes(5);

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    public BudgetGateSettings {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(whenStale, "whenStale");
        requireJdbc("url", url);
        listenUrl.ifPresent(one -> requireJdbc("listenUrl", one));
        if (!NAME.matcher(schema).matches()) {
            throw new IllegalArgumentException(
                    "schema must be lower-case letters, digits and underscores, but is '" + schema + "'");
        }
        if (poll.compareTo(Duration.ofMillis(50)) < 0 || poll.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("poll must be 50ms to 1m, but is " + poll.toMillis() + "ms");
        }
        if (maxAge.compareTo(poll) <= 0 || maxAge.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("maxAge must be more than poll, which is " + poll.toMillis()
                    + "ms, and at most 24h, but is " + maxAge.toMillis() + "ms");
        }
        if (maxLag.isPresent() && (maxLag.get().isNegative() || maxLag.get().isZero())) {
            throw new IllegalArgumentException(
                    "maxLag must be positive or empty, but is " + maxLag.get().toMillis() + "ms");
        }
    }

    /** With a password that does not change; null if the database requires none. */
    public BudgetGateSettings(
            String url,
            Optional<String> listenUrl,
            String user,
            String password,
            String schema,
            Duration poll,
            Duration maxAge,
            Optional<Duration> maxLag,
            StalePolicy whenStale) {
        this(
                url,
                listenUrl,
                user,
                password == null ? null : (Supplier<String>) () -> password,
                schema,
                poll,
                maxAge,
                maxLag,
                whenStale);
    }

    private static void requireJdbc(String name, String url) {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(name + " must begin with jdbc:postgresql: (without user and password)");
        }
        if (url.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException(
                    name + " must not contain the password; use the separate setting, which is never printed");
        }
    }

    /**
     * The defaults: poll every second, refuse snapshots older than 10 s and statistics that lag by more than 5 minutes.
     */
    public static BudgetGateSettings of(String url, String user, String password) {
        return new BudgetGateSettings(
                url,
                Optional.empty(),
                user,
                password,
                DEFAULT_SCHEMA,
                DEFAULT_POLL,
                DEFAULT_MAX_AGE,
                Optional.of(DEFAULT_MAX_LAG),
                StalePolicy.REFUSE);
    }

    public BudgetGateSettings withListenUrl(String primary) {
        return new BudgetGateSettings(
                url, Optional.of(primary), user, password, schema, poll, maxAge, maxLag, whenStale);
    }

    public BudgetGateSettings withSchema(String name) {
        return new BudgetGateSettings(url, listenUrl, user, password, name, poll, maxAge, maxLag, whenStale);
    }

    public BudgetGateSettings withPoll(Duration newPoll, Duration newMaxAge) {
        return new BudgetGateSettings(url, listenUrl, user, password, schema, newPoll, newMaxAge, maxLag, whenStale);
    }

    public BudgetGateSettings withMaxLag(Optional<Duration> newMaxLag) {
        return new BudgetGateSettings(url, listenUrl, user, password, schema, poll, maxAge, newMaxLag, whenStale);
    }

    public BudgetGateSettings withWhenStale(StalePolicy policy) {
        return new BudgetGateSettings(url, listenUrl, user, password, schema, poll, maxAge, maxLag, policy);
    }

    /** Omits the password. */
    @Override
    public String toString() {
        return "BudgetGateSettings[url=" + url + ", listenUrl=" + listenUrl.orElse(url) + ", user=" + user + ", schema="
                + schema + ", poll=" + poll + ", maxAge=" + maxAge + ", maxLag=" + maxLag + ", whenStale=" + whenStale
                + "]";
    }
}
