package io.lightflow.deploy.local;

import io.lightflow.deploy.cluster.ReportsProcess;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.topology.postgres.PostgresSchema;
import io.lightflow.topology.postgres.PostgresSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A reports server in a process of its own, on a PostgreSQL with campaigns that have spent nothing. Thread-safe; closed once, it
 * does not start any more.
 */
final class ReportsLoadServer implements AutoCloseable {
    static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String URL = "jdbc:postgresql://127.0.0.1:%d/" + EmbeddedPostgresServer.DATABASE;

    // Nothing is counted here, so nothing can lie behind.
    private static final String SETTINGS = """
            replica: {url: '%s', user: %s, passwordVariable: LIGHTFLOW_READER}
            budgets: {maxLag: none}
            access:
              - {name: load, role: viewer, tokenVariable: LIGHTFLOW_LOAD_TOKEN}
            """;

    private final Path folder;
    private final List<String> campaigns;
    private final EmbeddedPostgresServer postgres;
    private ReportsProcess server;
    private boolean closed;

    /** @param campaigns how many */
    ReportsLoadServer(Path folder, int campaigns) {
        this.folder = folder;
        this.campaigns =
                IntStream.range(0, campaigns).mapToObj(i -> "campaign-" + i).toList();
        this.postgres = new EmbeddedPostgresServer(folder.resolve("postgresql"));
    }

    /** Returns when it decides about all campaigns. */
    void start() throws SQLException {
        launch().awaitReady();
    }

    private synchronized ReportsProcess launch() throws SQLException {
        if (closed) {
            throw new IllegalStateException("The reports server was stopped before it was started");
        }
        postgres.start();
        String url = URL.formatted(postgres.port());
        new PostgresSchema(new PostgresSettings(url, EmbeddedPostgresServer.USER, "")).migrate();
        makeCampaigns();
        server = new ReportsProcess(
                folder.resolve("reports"),
                SETTINGS.formatted(url, EmbeddedPostgresServer.USER),
                // PostgreSQL takes any password from this machine.
                Map.of("LIGHTFLOW_READER", "unused", "LIGHTFLOW_LOAD_TOKEN", TOKEN),
                this::requireDecisions);
        server.start();
        return server;
    }

    private void makeCampaigns() throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO campaign (id, advertiser, name, currency, daily_budget_micros)"
                    + " SELECT 'campaign-' || i, 'advertiser-' || i % 100, 'load', 'EUR', 1000000"
                    + " FROM generate_series(0, " + (campaigns.size() - 1) + ") i");
        }
    }

    private void requireDecisions() throws IOException {
        String last = campaigns.get(campaigns.size() - 1);
        byte[][] requests = DecisionConnection.requests(url(), TOKEN, List.of(last));
        try (DecisionConnection connection = new DecisionConnection(url(), requests)) {
            if (!connection.ask(0)) {
                throw new IOException("the reports server does not know " + last + " yet");
            }
        }
    }

    URI url() {
        return server.url();
    }

    List<String> campaigns() {
        return campaigns;
    }

    /** Of the reports server alone, since its start; empty where the operating system does not tell. */
    Optional<Duration> cpu() {
        return server.cpu();
    }

    /** The reports server first, which uses the other. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (server != null) {
                server.close();
            }
        } finally {
            postgres.close();
        }
    }
}
