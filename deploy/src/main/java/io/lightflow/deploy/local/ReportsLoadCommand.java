package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.reports.http.Access;
import io.lightflow.reports.http.Account;
import io.lightflow.reports.http.Role;
import io.lightflow.reports.server.BudgetSettings;
import io.lightflow.reports.server.DatabaseSettings;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.service.access.TokenHash;
import io.lightflow.topology.CommandErrors;
import io.lightflow.topology.postgres.PostgresSchema;
import io.lightflow.topology.postgres.PostgresSettings;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/local/reports-load}: how many budget checks a second are answered over HTTP, and how fast. */
@Command(
        name = "deploy/local/reports-load",
        description =
                "Ask a reports server for decisions about campaigns at a steady rate, over connections that are kept,"
                        + " and report how long that takes. The server runs in the same process, on an empty PostgreSQL.",
        footer = {"", "Exits with 0 if the rate was held and 99% took less than --p99, and with 1 if not."})
public final class ReportsLoadCommand implements Callable<Integer> {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double LEAST_SHARE_OF_RATE = 0.99;

    @Option(names = "--rate", defaultValue = "20000", description = "Checks per second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--campaigns", defaultValue = "5000", description = "Default: ${DEFAULT-VALUE}.")
    private int campaigns;

    @Option(names = "--connections", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--p99",
            paramLabel = "MILLIS",
            defaultValue = "10",
            description = "What 99%% must not exceed. Default: ${DEFAULT-VALUE} ms.")
    private double limitMillis;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(Folders.fresh("reports-load"))) {
            postgres.start();
            String url = "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + EmbeddedPostgresServer.DATABASE;
            new PostgresSchema(new PostgresSettings(url, EmbeddedPostgresServer.USER, "")).migrate();
            makeCampaigns(postgres.jdbcUrl());
            ReportsSettings settings = ReportsSettings.of(
                            0, DatabaseSettings.of(url, EmbeddedPostgresServer.USER, null))
                    // Nothing is counted here.
                    .withBudgets(BudgetSettings.DEFAULT.withMaxLag(Optional.empty()))
                    .withAccess(new Access(
                            List.of(new Account("load", TokenHash.of(TOKEN), Role.VIEWER, Optional.empty()))));
            try (ReportsServer server = new ReportsServer(settings).start()) {
                return measure(server.url());
            }
        }
    }

    private void makeCampaigns(String jdbcUrl) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO campaign (id, advertiser, name, currency, daily_budget_micros)"
                    + " SELECT 'campaign-' || i, 'advertiser-' || i % 100, 'load', 'EUR', 1000000"
                    + " FROM generate_series(0, " + (campaigns - 1) + ") i");
        }
    }

    private int measure(URI server) throws Exception {
        byte[][] requests = new byte[campaigns][];
        for (int i = 0; i < campaigns; i++) {
            requests[i] = DecisionConnection.request(server, TOKEN, "campaign-" + i);
        }
        try (DecisionConnection connection = new DecisionConnection(server)) {
            while (!connection.decide(requests[campaigns - 1])) {
                LockSupport.parkNanos(10_000_000); // until the campaigns are read for the first time
            }
        }
        run(server, requests, Math.max(1, seconds / 2)); // what the compiler needs is not what users see
        long begin = System.nanoTime();
        long[] nanos = run(server, requests, seconds);
        double perSecond = nanos.length / ((System.nanoTime() - begin) / NANOS_PER_SECOND);
        Arrays.sort(nanos);
        double p99 = millis(nanos, 0.99);
        System.out.printf(
                "%d checks of %d campaigns over %d connections, %.0f/s: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms,"
                        + " p99.9 %.2f ms, longest %.2f ms%n",
                nanos.length,
                campaigns,
                connections,
                perSecond,
                millis(nanos, 0.5),
                millis(nanos, 0.95),
                p99,
                millis(nanos, 0.999),
                millis(nanos, 1));
        boolean held = perSecond >= LEAST_SHARE_OF_RATE * rate;
        if (!held) {
            System.out.println("The rate of " + rate + "/s was not held");
        }
        return held && p99 < limitMillis ? 0 : 1;
    }

    /** @return the nanoseconds of each check, from when it was due: waiting for an earlier one counts */
    private long[] run(URI server, byte[][] requests, int runSeconds) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long begin = System.nanoTime();
            List<Future<long[]>> parts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int index = i;
                parts.add(threads.submit(() -> check(server, requests, index, begin, runSeconds)));
            }
            List<long[]> nanos = new ArrayList<>();
            for (Future<long[]> part : parts) {
                nanos.add(part.get());
            }
            return nanos.stream().flatMapToLong(Arrays::stream).toArray();
        } finally {
            threads.shutdownNow();
        }
    }

    private long[] check(URI server, byte[][] requests, int index, long begin, int runSeconds) throws Exception {
        long[] nanos = new long[rate * runSeconds / connections];
        double pause = NANOS_PER_SECOND * connections / rate;
        double offset = pause * index / connections;
        try (DecisionConnection connection = new DecisionConnection(server)) {
            for (int i = 0; i < nanos.length; i++) {
                long due = begin + (long) (offset + i * pause);
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                if (!connection.decide(requests[(index + i * connections) % requests.length])) {
                    throw new IllegalStateException("a campaign that has spent nothing was refused");
                }
                nanos[i] = System.nanoTime() - due;
            }
        }
        return nanos;
    }

    private static double millis(long[] sorted, double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, index)] / NANOS_PER_MILLI;
    }

    public static void main(String[] arguments) {
        System.exit(
                CommandErrors.inWords(new CommandLine(new ReportsLoadCommand())).execute(arguments));
    }
}
