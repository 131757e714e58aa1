package io.lightflow.deploy.reconcile;

import io.lightflow.time.Durations;
import io.lightflow.topology.certificate.HourChoice;
import io.lightflow.topology.certificate.HourFollower;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.settings.DataSize;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lightflow reconcile}. */
@Command(
        name = "reconcile",
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = ReconcileCommand.NOT_COMPARED,
        description = {
            "Compare an hour of the topics, of the archive's tables and of PostgreSQL, and name what differs. An hour is"
                    + " one of event time, UTC.",
            "Exits with 1 if there is a difference, and with 3 if the hour cannot be compared, or not yet."
        })
public final class ReconcileCommand implements Callable<Integer> {
    static final int NOT_COMPARED = 3;

    private static final long MEGABYTE = 1 << 20;

    @Spec
    private CommandSpec spec;

    @Option(names = "--settings", required = true, paramLabel = "FILE", description = "The group's settings, YAML.")
    private Path settingsFile;

    @ArgGroup(multiplicity = "1")
    private HourChoice which;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "2m",
            converter = DurationConverter.class,
            description = "The longest wait until the archive holds the hour. Default: ${DEFAULT-VALUE}.")
    private Duration wait;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "1GB",
            converter = SizeConverter.class,
            description = "Memory for the comparison, outside the heap; what exceeds it goes to a temporary folder."
                    + " Default: ${DEFAULT-VALUE}.")
    private DataSize memory;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compare. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--report", paramLabel = "FILE", description = "Also write the result to this file, as JSON.")
    private Path report;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Write gauges to this file, in the text format of Prometheus.")
    private Path metrics;

    private static final class SizeConverter implements ITypeConverter<DataSize> {
        @Override
        public DataSize convert(String value) {
            return DataSize.parse(value);
        }
    }

    private static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return Durations.parse(value);
        }
    }

    public static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new ReconcileCommand()));
    }

    @Override
    public Integer call() {
        GroupSettings settings = GroupSettings.read(settingsFile);
        try (Reconciler reconciler = Reconciler.connect(
                settings, new Reconciler.Limits(Math.toIntExact(memory.bytes() / MEGABYTE), threads, wait))) {
            if (which.isFollow()) {
                return follow(reconciler) ? 0 : 1;
            }
            Instant hour = which.hour() == null ? reconciler.newestClosed() : which.hour();
            return reconcile(reconciler, hour) ? 0 : 1;
        }
    }

    private boolean reconcile(Reconciler reconciler, Instant hour) {
        Reconciliation result = reconciler.reconcile(hour);
        ReconciliationText.print(result, System.out);
        if (report != null) {
            ReconciliationFiles.writeReport(report, result);
        }
        if (metrics != null) {
            ReconciliationFiles.writeMetrics(metrics, result);
        }
        return result.equal();
    }

    private boolean follow(Reconciler reconciler) {
        HourFollower.Check check = new HourFollower.Check() {
            @Override
            public Instant newestClosed() {
                return reconciler.newestClosed();
            }

            @Override
            public boolean check(Instant hour) {
                return reconcile(reconciler, hour);
            }
        };
        return HourFollower.follow(check, spec.commandLine().getErr());
    }
}
