package io.lightflow.reports.gate;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a {@link BudgetGate} reads, and when it does not trust what it has read.
 *
 * @param url of a replica or the primary: {@code jdbc:postgresql://…}, without user and password
 * @param listenUrl of the primary, for {@code LISTEN}, which a replica in recovery refuses; empty to listen at
 *     {@code url}
 * @param user may select from {@code campaign_budget}, and the tables that it is made of: {@code campaign},
 *     {@code campaign_total}, {@code campaign_spend} and {@code ledger}
 * @param password null if the database asks for none; never printed
 * @param schema where the tables are
 * @param poll how often to look whether anything has changed, 50 ms to 1 min
 * @param maxAge how long ago the database may have been asked, more than {@code poll}; after that the snapshot is stale
 * @param maxLag how far the statistics may lie behind in event time; after that the snapshot is stale. Empty: for ever,
 *     as for replayed logs
 * @param whenStale what to decide then
 */
public record BudgetGateSettings(
        String url,
        Optional<String> listenUrl,
        String user,
        String password,
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
                    "schema must be lower-case letters, digits and underscores, found: " + schema);
        }
        if (poll.compareTo(Duration.ofMillis(50)) < 0 || poll.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("poll must be from PT0.05S to PT1M, found " + poll);
        }
        if (maxAge.compareTo(poll) <= 0 || maxAge.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "maxAge must be more than poll, which is " + poll + ", and at most PT24H, found " + maxAge);
        }
        if (maxLag.isPresent() && (maxLag.get().isNegative() || maxLag.get().isZero())) {
            throw new IllegalArgumentException("maxLag must be more than 0, or empty, found " + maxLag.get());
        }
    }

    private static void requireJdbc(String name, String url) {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(name + " must begin with jdbc:postgresql: (without user and password)");
        }
        if (url.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException(
                    name + " must not hold the password; give it as the setting of its own, which is never printed");
        }
    }

    /** Asks every second, trusts for 10 s and for statistics that lie behind by 5 minutes at most, then refuses. */
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

    /** Leaves out the password. */
    @Override
    public String toString() {
        return "BudgetGateSettings[url=" + url + ", listenUrl=" + listenUrl.orElse(url) + ", user=" + user + ", schema="
                + schema + ", poll=" + poll + ", maxAge=" + maxAge + ", maxLag=" + maxLag + ", whenStale=" + whenStale
                + "]";
    }
}
