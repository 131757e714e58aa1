package io.lightflow.reports.server;

import io.lightflow.reports.alert.AlertSettings;
import io.lightflow.reports.gate.BudgetGateSettings;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.login.OpenIdSettings;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.time.Durations;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The settings of a {@link ReportsServer}: address, databases and accounts.
 *
 * @param http address and limits of the HTTP server; {@code access} may be unrestricted only on a loopback address
 * @param replica the database for all reads; may be the primary
 * @param primary the database for changes of campaigns; empty if they are read-only
 * @param statementTimeout the timeout of a statement
 * @param access the accounts and their roles
 * @param budgets the settings of the budget gate
 * @param queries the settings of queries over events; empty without them
 * @param monitors the URLs of {@code lightflow monitor} of each group
 * @param alerts how rules are evaluated; empty if this server evaluates none
 * @param openId the provider of log-ins; empty if only the tokens of accounts count
 */
public record ReportsSettings(
        HttpSettings http,
        DatabaseSettings replica,
        Optional<DatabaseSettings> primary,
        Duration statementTimeout,
        ReportsAccounts access,
        BudgetSettings budgets,
        Optional<QuerySettings> queries,
        List<URI> monitors,
        Optional<AlertSettings> alerts,
        Optional<OpenIdSettings> openId) {
    public static final int DEFAULT_PORT = 8082;
    public static final Duration DEFAULT_STATEMENT_TIMEOUT = Duration.ofSeconds(5);
    public static final int DEFAULT_MAX_REQUEST_BYTES = 64 * 1024;

    public ReportsSettings {
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(replica, "replica");
        Objects.requireNonNull(primary, "primary");
        Objects.requireNonNull(budgets, "budgets");
        Objects.requireNonNull(queries, "queries");
        Objects.requireNonNull(alerts, "alerts");
        if (alerts.isPresent() && primary.isEmpty()) {
            throw new IllegalArgumentException("alerts needs primary, where the state of alerts is kept");
        }
        monitors = List.copyOf(monitors);
        for (URI monitor : monitors) {
            if (!List.of("http", "https").contains(String.valueOf(monitor.getScheme())) || monitor.getHost() == null) {
                throw new IllegalArgumentException(
                        "monitors must be URLs such as http://127.0.0.1:9460, but one is '" + monitor + "'");
            }
        }
        if (statementTimeout.compareTo(Duration.ofMillis(100)) < 0
                || statementTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "statementTimeout must be 100ms to 10m, but is " + Durations.format(statementTimeout));
        }
        Objects.requireNonNull(openId, "openId");
        if (openId.isPresent() && access.isUnrestricted()) {
            throw new IllegalArgumentException("openId needs access: without accounts, everybody may do everything");
        }
        http.requireAccounts(access, "change budgets");
    }

    /** The defaults: 127.0.0.1 without TLS, unrestricted access, and one database for reads and changes. */
    public static ReportsSettings of(int port, DatabaseSettings database) {
        return new ReportsSettings(
                new HttpSettings(HttpSettings.DEFAULT_BIND, port, DEFAULT_MAX_REQUEST_BYTES, Optional.empty()),
                database,
                Optional.of(database),
                DEFAULT_STATEMENT_TIMEOUT,
                ReportsAccounts.UNRESTRICTED,
                BudgetSettings.DEFAULT,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    public ReportsSettings withAccess(ReportsAccounts newAccess) {
        return with(draft -> draft.access = newAccess);
    }

    public ReportsSettings withHttp(HttpSettings newHttp) {
        return with(draft -> draft.http = newHttp);
    }

    public ReportsSettings withReplica(DatabaseSettings database) {
        return with(draft -> draft.replica = database);
    }

    public ReportsSettings withTls(ServerTlsSettings newTls) {
        return withHttp(http.withTls(newTls));
    }

    /** Campaigns are read-only then, and no rules are evaluated. */
    public ReportsSettings withoutPrimary() {
        return with(draft -> {
            draft.primary = Optional.empty();
            draft.alerts = Optional.empty();
        });
    }

    public ReportsSettings withStatementTimeout(Duration timeout) {
        return with(draft -> draft.statementTimeout = timeout);
    }

    public ReportsSettings withBudgets(BudgetSettings newBudgets) {
        return with(draft -> draft.budgets = newBudgets);
    }

    public ReportsSettings withQueries(QuerySettings newQueries) {
        return with(draft -> draft.queries = Optional.of(newQueries));
    }

    public ReportsSettings withMonitors(List<URI> newMonitors) {
        return with(draft -> draft.monitors = newMonitors);
    }

    public ReportsSettings withAlerts(AlertSettings newAlerts) {
        return with(draft -> draft.alerts = Optional.of(newAlerts));
    }

    public ReportsSettings withOpenId(OpenIdSettings newOpenId) {
        return with(draft -> draft.openId = Optional.of(newOpenId));
    }

    private ReportsSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** A copy to be changed. */
    private static final class Draft {
        private HttpSettings http;
        private DatabaseSettings replica;
        private Optional<DatabaseSettings> primary;
        private Duration statementTimeout;
        private ReportsAccounts access;
        private BudgetSettings budgets;
        private Optional<QuerySettings> queries;
        private List<URI> monitors;
        private Optional<AlertSettings> alerts;
        private Optional<OpenIdSettings> openId;

        Draft(ReportsSettings former) {
            http = former.http;
            replica = former.replica;
            primary = former.primary;
            statementTimeout = former.statementTimeout;
            access = former.access;
            budgets = former.budgets;
            queries = former.queries;
            monitors = former.monitors;
            alerts = former.alerts;
            openId = former.openId;
        }

        ReportsSettings settings() {
            return new ReportsSettings(
                    http, replica, primary, statementTimeout, access, budgets, queries, monitors, alerts, openId);
        }
    }

    /** The settings of the gate, which reads the replica and listens at the primary. */
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
