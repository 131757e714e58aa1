package io.lightflow.reports.server;

import io.lightflow.reports.gate.BudgetGateSettings;
import io.lightflow.reports.http.Access;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.http.TlsSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a {@link ReportsServer} listens and reads, and whom it serves.
 *
 * @param http where it listens; {@code access} may be unrestricted on a loopback address only
 * @param replica where everything is read; may be the primary
 * @param primary where campaigns are changed; empty: they cannot be
 * @param statementTimeout after which a statement is stopped
 * @param access who may do what
 * @param budgets how budgets are kept for decisions
 */
public record ReportsSettings(
        HttpSettings http,
        DatabaseSettings replica,
        Optional<DatabaseSettings> primary,
        Duration statementTimeout,
        Access access,
        BudgetSettings budgets) {
    public static final int DEFAULT_PORT = 8082;
    public static final Duration DEFAULT_STATEMENT_TIMEOUT = Duration.ofSeconds(5);
    public static final int DEFAULT_MAX_REQUEST_BYTES = 64 * 1024;

    public ReportsSettings {
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(replica, "replica");
        Objects.requireNonNull(primary, "primary");
        Objects.requireNonNull(budgets, "budgets");
        if (statementTimeout.compareTo(Duration.ofMillis(100)) < 0
                || statementTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "statementTimeout must be from 100ms to 10m, and is " + statementTimeout);
        }
        if (access.isUnrestricted() && !isLoopback(http.bind())) {
            throw new IllegalArgumentException("access must name the accounts when bind is not a loopback address, and"
                    + " bind is " + http.bind() + ": everybody who reaches it could change budgets");
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("bind must be an address of this machine, and is " + address, e);
        }
    }

    /** On 127.0.0.1 without TLS, for everybody, reading and changing in one database. */
    public static ReportsSettings of(int port, DatabaseSettings database) {
        return new ReportsSettings(
                new HttpSettings(HttpSettings.DEFAULT_BIND, port, DEFAULT_MAX_REQUEST_BYTES, Optional.empty()),
                database,
                Optional.of(database),
                DEFAULT_STATEMENT_TIMEOUT,
                Access.UNRESTRICTED,
                BudgetSettings.DEFAULT);
    }

    public ReportsSettings withAccess(Access newAccess) {
        return new ReportsSettings(http, replica, primary, statementTimeout, newAccess, budgets);
    }

    public ReportsSettings withTls(TlsSettings newTls) {
        return new ReportsSettings(http.withTls(newTls), replica, primary, statementTimeout, access, budgets);
    }

    public ReportsSettings withoutPrimary() {
        return new ReportsSettings(http, replica, Optional.empty(), statementTimeout, access, budgets);
    }

    public ReportsSettings withStatementTimeout(Duration timeout) {
        return new ReportsSettings(http, replica, primary, timeout, access, budgets);
    }

    public ReportsSettings withBudgets(BudgetSettings newBudgets) {
        return new ReportsSettings(http, replica, primary, statementTimeout, access, newBudgets);
    }

    /** The gate reads where everything is read, and listens at the primary. */
    BudgetGateSettings gate() {
        return new BudgetGateSettings(
                replica.url(),
                budgets.listenUrl().or(() -> primary.map(DatabaseSettings::url)),
                replica.user(),
                replica.password(),
                replica.schema(),
                budgets.poll(),
                budgets.maxAge(),
                budgets.maxLag(),
                budgets.whenStale());
    }
}
