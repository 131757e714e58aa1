package io.lightflow.lab.load;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings;
import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.lab.options.DurationOptions;
import io.lightflow.reports.server.DatabaseSettings;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.topology.operator.CommandErrors;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lab/reports-bench}: measures the latency of statistics queries during writes. */
@Command(
        name = "lab/reports-bench",
        description =
                "Fill the statistics tables, then request statistics at a constant rate during writes, and report the"
                        + " latencies.",
        footer = {
            "",
            "Every minute has 10,000 rows: 2,000 ads in 5 places each, of 200 campaigns. 50 million rows"
                    + " take about 17 GB.",
            "Exit status: 0 if both rates were reached and the 99th percentile of every route is below"
                    + " --p99 and every request about 90 days faster than --explore-limit, otherwise 1."
        })
public final class ReportsBenchCommand implements Callable<Integer> {
    /** Enough for the writes and the rows of half an hour; PostgreSQL's default of 128 MB is not. */
    private static final String SHARED_BUFFERS = "1GB";

    @Option(
            names = "--rows",
            defaultValue = "50000000",
            description = "Number of rows in stats_minute before the measurement. Default: ${DEFAULT-VALUE}.")
    private long rows;

    @Option(
            names = "--events",
            defaultValue = "30000",
            description = "Events per second that are written during the measurement. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--rate", defaultValue = "50", description = "Requests per second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "60s",
            converter = DurationOptions.Seconds.class,
            description = "Duration of the measurement. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--p99",
            paramLabel = "MILLIS",
            defaultValue = "50ms",
            converter = DurationOptions.Millis.class,
            description = "Upper limit of the 99th percentile. Default: ${DEFAULT-VALUE}.")
    private double limitMillis;

    @Option(
            names = "--explore-limit",
            paramLabel = "MILLIS",
            defaultValue = "1s",
            converter = DurationOptions.Millis.class,
            description = "Upper limit of a request of the page Explore about 90 days. Default: ${DEFAULT-VALUE}.")
    private double exploreLimitMillis;

    @Option(
            names = "--hours",
            description = "Also fill the hours of 90 days, 21 million rows, and request days in Berlin's time zone.")
    private boolean hours;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keep the tables there, and use those that are there already. Without it, they are filled below"
                            + " the build folder and deleted at the next run.")
    private Path data;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (rows < ReportsBenchTables.ROWS_A_MINUTE * 180L) {
            throw new IllegalArgumentException("--rows must be at least 1800000, which is three hours, but is " + rows);
        }
        Path folder = data == null ? DataDirectories.fresh("reports-bench") : data.toAbsolutePath();
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(
                EmbeddedPostgresSettings.in(folder).with("shared_buffers", SHARED_BUFFERS))) {
            postgres.start();
            return measure(postgres);
        }
    }

    private int measure(EmbeddedPostgresServer postgres) throws Exception {
        ReportsBenchTables tables = new ReportsBenchTables(postgres, hours);
        Duration span = Duration.ofMinutes(rows / ReportsBenchTables.ROWS_A_MINUTE);
        Instant end = tables.fill(Instant.now().truncatedTo(ChronoUnit.MINUTES), span);
        DatabaseSettings database = DatabaseSettings.of(tables.database().jdbcUrl(), EmbeddedPostgresServer.USER, "");
        try (ReportsServer server = new ReportsServer(ReportsSettings.of(0, database)).start()) {
            return measure(tables, end, span, server);
        }
    }

    private int measure(ReportsBenchTables tables, Instant end, Duration span, ReportsServer server) throws Exception {
        ReportsBenchRequests requests = new ReportsBenchRequests(server.url(), end, span);
        try (ReportsBenchWriter writer = new ReportsBenchWriter(tables.database(), end, events)) {
            writer.start();
            boolean good =
                    ReportsBenchRequests.report(requests.load(rate, seconds).run(writer::measureFromNow), limitMillis);
            good &= ReportsBenchRanges.report(requests, end, hours, exploreLimitMillis);
            return writer.report() && good ? 0 : 1;
        }
    }

    public static void main(String[] arguments) {
        System.exit(CommandErrors.installOn(new CommandLine(new ReportsBenchCommand()))
                .execute(arguments));
    }
}
