package io.lightflow.deploy.reconcile;

import io.lightflow.deploy.local.StackFolder;
import io.lightflow.deploy.options.GroupSource;
import io.lightflow.deploy.options.MegabytesOption;
import io.lightflow.topology.certificate.HourChoice;
import io.lightflow.topology.certificate.HourFollower;
import io.lightflow.topology.certificate.ResultFiles;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.operator.DurationOption;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow reconcile}. */
@Command(
        name = "reconcile",
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = ReconcileCommand.NOT_COMPARED,
        description = {
            "Compare an hour of the topics, of the archive's tables and of PostgreSQL, and name what differs.",
            "An hour is one of event time, UTC.",
            "Exits with 1 if there is a difference, and with 3 if the hour cannot be compared, or not yet."
        })
public final class ReconcileCommand implements Callable<Integer> {
    static final int NOT_COMPARED = 3;

    private static final Set<StackFolder.Server> NEEDED = EnumSet.of(
            StackFolder.Server.POSTGRES,
            StackFolder.Server.REGISTRY,
            StackFolder.Server.ZOOKEEPER,
            StackFolder.Server.CENTRAL_KAFKA);

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private GroupSource source;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            description = "With --data: only this group. Default: all groups, one after the other.")
    private String group;

    @ArgGroup(multiplicity = "1")
    private HourChoice which;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "2m",
            converter = DurationOption.class,
            description = "The longest wait until the archive holds the hour. Default: ${DEFAULT-VALUE}.")
    private Duration wait;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "1GB",
            converter = MegabytesOption.class,
            description = "Memory for the comparison, outside the heap; what exceeds it goes to a temporary folder."
                    + " Default: ${DEFAULT-VALUE}.")
    private int memoryMb;

    @Option(
            names = "--copies",
            paramLabel = "SIZE",
            defaultValue = "10GB",
            converter = MegabytesOption.class,
            description = "The most disk space for copies of files that are in HDFS or S3. Default: ${DEFAULT-VALUE}.")
    private int copiesMb;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compare. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--report", paramLabel = "FILE", description = "Also write the result to this file, as JSON.")
    private Path report;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Write gauges to this file, in the text format of Prometheus.")
    private Path metrics;

    public static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new ReconcileCommand()));
    }

    @Override
    public Integer call() {
        if (!source.isFolder()) {
            return reconcile(GroupSettings.read(source.settings()));
        }
        try (StackFolder folder = StackFolder.open(source.folder())) {
            List<String> groups = group == null ? folder.groups() : List.of(group);
            if (groups.size() > 1 && (which.isFollow() || report != null || metrics != null)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--follow, --report and --metrics need --group GROUP, one of " + groups + ", with --data");
            }
            if (groups.isEmpty()) {
                throw unknownSettings();
            }
            int exitCode = 0;
            for (String each : groups) {
                GroupSettings settings = folder.settings(each, NEEDED).orElseThrow(this::unknownSettings);
                exitCode = Math.max(exitCode, reconcile(settings));
            }
            return exitCode;
        }
    }

    private IllegalArgumentException unknownSettings() {
        return new IllegalArgumentException("expected the settings of "
                + (group == null ? "groups" : "the group " + group) + " in " + source.folder()
                + "/groups, found none. Run `lightflow up --data " + source.folder() + "` once, which stores them.");
    }

    private int reconcile(GroupSettings settings) {
        try (Reconciler reconciler =
                Reconciler.connect(settings, new Reconciler.Limits(memoryMb, copiesMb, threads, wait))) {
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
            ResultFiles.writeReport(report, result);
        }
        if (metrics != null) {
            ResultFiles.writeMetrics(metrics, ReconciliationMetrics.of(result));
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
