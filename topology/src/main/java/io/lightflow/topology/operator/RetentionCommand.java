package io.lightflow.topology.operator;

import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.time.Durations;
import io.lightflow.topology.postgres.StatisticsPruner;
import io.lightflow.topology.postgres.StatisticsRetention;
import io.lightflow.topology.statistics.StatisticsTopology;
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
            "Drop the partitions of the statistics tables that end before the retention. A table without its option is"
                    + " kept for ever. Delete the hourly spend of days that are over in every time zone.",
            "Partitions are days of minutes, months of hours and years of days. Keep minutes for as long as reports"
                    + " ask for windows that begin or end within an hour."
        },
        footer = {
            "",
            "Exits with 0 if all is dropped, 1 if PostgreSQL was unavailable or a table was in use, and 2 if an"
                    + " option is wrong."
        })
public final class RetentionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Option(
            names = "--minutes",
            paramLabel = "PERIOD",
            converter = PeriodOption.class,
            description = "How long minutes are kept, such as 14d.")
    private Optional<Period> minutes;

    @Option(
            names = "--hours",
            paramLabel = "PERIOD",
            converter = PeriodOption.class,
            description = "How long hours are kept, such as 13mo.")
    private Optional<Period> hours;

    @Option(
            names = "--days",
            paramLabel = "PERIOD",
            converter = PeriodOption.class,
            description = "How long days are kept, such as 10y: for as long as reports look back.")
    private Optional<Period> days;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = DurationOption.class,
            description = "Stay, and repeat this at such an interval, such as 6h. Without it, run once.")
    private Optional<Duration> every;

    @Override
    public Integer call() throws InterruptedException {
        if (every.isPresent() && every.get().compareTo(Duration.ofMinutes(1)) < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--every must be at least 1m, found " + Durations.format(every.get()));
        }
        StatisticsRetention retention = retention();
        StatisticsPruner pruner = StatisticsTopology.pruner(settingsOption.read());
        int exit = drop(pruner, retention);
        while (every.isPresent()) {
            Thread.sleep(every.get().toMillis());
            exit = drop(pruner, retention);
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

    private static int drop(StatisticsPruner pruner, StatisticsRetention retention) {
        Instant now = Instant.now();
        try {
            List<String> dropped = pruner.dropExpired(retention, now);
            int spend = pruner.deleteOldSpend(now);
            System.out.println(now + " dropped " + (dropped.isEmpty() ? "nothing" : String.join(", ", dropped))
                    + "; deleted " + spend + " rows of campaign_spend");
            return 0;
        } catch (SinkUnavailableException e) {
            System.err.println(now + " " + e.getMessage() + "; the next run drops what is left");
            return 1;
        }
    }
}
