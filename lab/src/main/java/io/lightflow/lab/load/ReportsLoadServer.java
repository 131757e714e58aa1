package io.lightflow.lab.load;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.ForkedProcess;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.BudgetSettings;
import io.lightflow.reports.server.DatabaseSettings;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.service.access.TokenHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A reports server in a separate process, with the memory settings of {@code reports/reports}, on a PostgreSQL with
 * campaigns without spend.
 */
final class ReportsLoadServer implements AutoCloseable {
    static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final Duration DECIDES_WITHIN = Duration.ofSeconds(60);

    private final int campaigns;
    private final ForkedProcess process;
    private URI url;

    /** @param campaigns how many */
    ReportsLoadServer(Path folder, int campaigns) {
        this.campaigns = campaigns;
        this.process = new ForkedProcess(
                ReportsLoadServer.class,
                List.of("-Xmx512m", "-Xss512k"),
                folder.toString(),
                Integer.toString(campaigns));
    }

    /** Returns when the server decides about all campaigns. */
    void start() {
        url = URI.create(process.start());
    }

    URI url() {
        return url;
    }

    List<String> campaigns() {
        return ids(campaigns);
    }

    private static List<String> ids(int campaigns) {
        return IntStream.range(0, campaigns).mapToObj(i -> "campaign-" + i).toList();
    }

    /** CPU time of the reports server since its start; empty if the operating system does not report it. */
    Optional<Duration> cpu() {
        return process.cpu();
    }

    @Override
    public void close() {
        process.close();
    }

    /** The main method of the process. */
    public static void main(String[] arguments) throws Exception {
        int campaigns = Integer.parseInt(arguments[1]);
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(Path.of(arguments[0]))) {
            postgres.start();
            String database = "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + EmbeddedPostgresServer.DATABASE;
            new PostgresSchema(new PostgresSettings(database, EmbeddedPostgresServer.USER, "")).migrate();
            makeCampaigns(postgres.jdbcUrl(), campaigns);
            try (ReportsServer server = new ReportsServer(settings(database)).start()) {
                awaitDecisions(server.url(), campaigns);
                ForkedProcess.serveAt(server.url().toString());
            }
        }
        System.exit(0);
    }

    private static ReportsSettings settings(String database) {
        return ReportsSettings.of(0, DatabaseSettings.of(database, EmbeddedPostgresServer.USER, ""))
                .withoutPrimary()
                // No events are counted here, so statistics cannot lag.
                .withBudgets(BudgetSettings.DEFAULT.withMaxLag(Optional.empty()))
                .withAccess(new ReportsAccounts(List.of(
                        new ReportsAccount("load", TokenHash.of(TOKEN), ReportsRole.VIEWER, Optional.empty()))));
    }

    private static void makeCampaigns(String database, int campaigns) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO campaign (id, advertiser, name, currency, daily_budget_micros)"
                    + " SELECT 'campaign-' || i, 'advertiser-' || i % 100, 'load', 'EUR', 1000000"
                    + " FROM generate_series(0, " + (campaigns - 1) + ") i");
        }
    }

    private static void awaitDecisions(URI server, int campaigns) {
        byte[][] last =
                DecisionConnection.requests(server, TOKEN, ids(campaigns).subList(campaigns - 1, campaigns));
        if (!Deadline.in(DECIDES_WITHIN).await(() -> decides(server, last))) {
            throw new IllegalStateException("the reports server does not decide about " + campaigns
                    + " campaigns after " + DECIDES_WITHIN.toSeconds() + " s");
        }
    }

    private static boolean decides(URI server, byte[][] requests) {
        try (DecisionConnection connection = new DecisionConnection(server, requests)) {
            return connection.ask(0);
        } catch (IOException e) {
            return false; // that it does not know the campaign yet
        }
    }
}
