package io.lightflow.topology.operator;

import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.postgres.PostgresSchema;
import io.lightflow.topology.postgres.StatisticsRetention;
import io.lightflow.topology.trident.Parts;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow retention}. */
@Command(
        name = "retention",
        mixinStandardHelpOptions = true,
        description = {
            "Drop the partitions of the statistics tables that lie wholly before what is kept. A table whose option is"
                    + " absent is kept for ever. Delete the spend by hour of days that no campaign is in any more.",
            "Partitions are days of minutes, months of hours and years of days. Minutes must be kept for as long as"
                    + " reports want edges of a window by the minute."
        },
        footer = {
            "",
            "Exits with 0 if all is dropped, 1 if PostgreSQL was away or a table stayed in use, and 2 if an option is wrong."
        })
public final class RetentionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Option(names = "--minutes", paramLabel = "PERIOD", description = "How long minutes are kept, such as P14D.")
    private Optional<Period> minutes;

    @Option(names = "--hours", paramLabel = "PERIOD", description = "How long hours are kept, such as P13M.")
    private Optional<Period> hours;

    @Option(
            names = "--days",
            paramLabel = "PERIOD",
            description = "How long days are kept, such as P10Y: for as long as reports look back.")
    private Optional<Period> days;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "Stay, and do so again after each such time, such as PT6H. Without it, once.")
    private Optional<Duration> every;

    @Override
    public Integer call() throws InterruptedException {
        if (every.isPresent() && every.get().compareTo(Duration.ofMinutes(1)) < 0) {
            throw new ParameterException(spec.commandLine(), "--every must be at least PT1M, found " + every.get());
        }
        StatisticsRetention retention = retention();
        PostgresSchema schema = new PostgresSchema(Parts.postgres(settingsOption.read()));
        int exit = drop(schema, retention);
        while (every.isPresent()) {
            Thread.sleep(every.get().toMillis());
            exit = drop(schema, retention);
        }
        return exit;
    }

    private StatisticsRetention retention() {
        try {
            return new StatisticsRetention(minutes, hours, days);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static int drop(PostgresSchema schema, StatisticsRetention retention) {
        Instant now = Instant.now();
        try {
            List<String> dropped = schema.dropExpired(retention, now);
            int spend = schema.deleteOldSpend(now);
            System.out.println(now + " dropped " + (dropped.isEmpty() ? "nothing" : String.join(", ", dropped))
                    + "; deleted " + spend + " rows of campaign_spend");
            return 0;
        } catch (SinkUnavailableException e) {
            System.err.println(now + " " + e.getMessage() + "; the next run drops what is left");
            return 1;
        }
    }
}
