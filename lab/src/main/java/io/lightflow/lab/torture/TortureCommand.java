package io.lightflow.lab.torture;

import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.OrderlyExit;
import io.lightflow.lab.options.DurationOptions;
import io.lightflow.topology.operator.CommandErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab/torture}: injects faults into the real cluster. */
@Command(
        name = "lab/torture",
        description = {
            "Start the cluster of separate processes, feed it, and kill, freeze, wipe and cut off everything"
                    + " in it, each at least once, in a seeded order. Then compare joined topics and PostgreSQL"
                    + " with a single-threaded reference result.",
            "With --stock, Storm's own parts count the same events in place of Lightflow. The report shows"
                    + " the impressions that they lose and double.",
            "Exit status: 0 without a difference, 1 with a difference or a failure, 2 if an option is invalid, and 130"
                    + " after Ctrl-C. With --stock, the differences are the result, so a complete run exits with 0."
        })
public final class TortureCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** About 700 events/s, which two cores process beside twelve servers and with small batches. */
    private static final long EVENTS_PER_MINUTE = 500_000 / 12;

    @Option(
            names = "--events",
            description = "Minimum number of events to feed. Default: 500,000 in 12 minutes, and as many per minute in"
                    + " another time.")
    private Long events;

    @Option(
            names = "--minutes",
            defaultValue = "12m",
            converter = DurationOptions.Minutes.class,
            description = "Duration of the feed, extended until every fault has occurred. Default: ${DEFAULT-VALUE},"
                    + " about one round of all faults.")
    private int minutes;

    @Option(
            names = "--seed",
            description = "Seed of the events, the order of the faults and the pauses. Default: a new one,"
                    + " which is printed.")
    private Long seed;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "WORD",
            description = "Only faults whose name in the report contains one of these words, such as kafka,zombie.")
    private List<String> only = List.of();

    @Option(
            names = "--asd",
            paramLabel = "FILE",
            description =
                    "Executable of an Aerospike server. One node replaces RocksDB as the join store, dataflow runs"
                            + " in two workers, and the node is killed, frozen and stopped, too.")
    private Path asd;

    @Option(names = "--no-archive", description = "Do not archive the events in Iceberg tables.")
    private boolean noArchive;

    @Option(names = "--no-capture", description = "Do not send a part of the events through capture servers.")
    private boolean noCapture;

    @Option(
            names = "--stock",
            arity = "0..1",
            fallbackValue = "plain",
            paramLabel = "TOPICS",
            description = "Torture KafkaTridentSpoutTransactional with a transactional state, counting impressions per"
                    + " campaign and minute into PostgreSQL, in place of Lightflow. TOPICS: plain, the topic of one"
                    + " data center, written without transactions (default); transactional, the central topics.")
    private StockSource stock;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "File of the JSON report; the Markdown report (.md) is beside it. Default:"
                    + " lab/target/torture.json, with --stock stock.json.")
    private Path report;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory of the cluster; new or empty. Default: lab/target/torture, emptied first.")
    private Path data;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (events != null && events < 1 || minutes < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "expected one or more events and minutes, found --events %d --minutes %d"
                            .formatted(events, minutes));
        }
        long planned = events != null ? events : minutes * EVENTS_PER_MINUTE;
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000);
        if (asd != null && stock != null) {
            throw new ParameterException(
                    spec.commandLine(), "--stock has no join store: expected it without --asd, found --asd " + asd);
        }
        if (asd != null && !Files.isExecutable(asd)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--asd: expected the executable asd of an Aerospike server, found none at " + asd);
        }
        Path folder = folder();
        LightFeed.Plan plan = new LightFeed.Plan(planned, Duration.ofMinutes(minutes), chosen);
        say("Seed %d, %,d events in %s, data in %s".formatted(chosen, planned, plan.during(), folder));
        return new OrderlyExit().run(() -> stock != null ? tell(runStock(folder, plan)) : tell(run(folder, plan)));
    }

    private Path folder() throws IOException {
        if (data == null) {
            return DataDirectories.fresh("torture");
        }
        Path folder = data.toAbsolutePath().normalize();
        Files.createDirectories(folder);
        try (Stream<Path> content = Files.list(folder)) {
            if (content.findAny().isPresent()) {
                throw new ParameterException(
                        spec.commandLine(), "--data: expected a new or empty folder, found files in " + folder);
            }
        }
        return folder;
    }

    private TortureReport run(Path folder, LightFeed.Plan plan) throws Exception {
        Path aerospike = asd == null ? null : asd.toAbsolutePath().normalize();
        try (Stage stage = new Stage(folder, aerospike, optionalParts(), new Random(plan.seed()))) {
            List<Fault> faults = chosen(TortureFaults.all(stage), Fault::kind);
            stage.start(plan, this::say);
            return new Torture(stage, plan, this::say).run(faults);
        }
    }

    private Set<OptionalPart> optionalParts() {
        Set<OptionalPart> parts = EnumSet.allOf(OptionalPart.class);
        if (noArchive) {
            parts.remove(OptionalPart.ARCHIVE);
        }
        if (noCapture) {
            parts.remove(OptionalPart.CAPTURE);
        }
        return parts;
    }

    private StockReport runStock(Path folder, LightFeed.Plan plan) throws Exception {
        List<StockFault> faults = chosen(StockFaults.all(stock), StockFault::kind);
        try (StockStage stage = new StockStage(folder, stock, new Random(plan.seed()))) {
            stage.start(plan, this::say);
            return new StockTorture(stage, plan, this::say).run(faults);
        }
    }

    private <T> List<T> chosen(List<T> all, Function<T, String> kind) {
        List<T> chosen = all.stream()
                .filter(fault -> only.isEmpty() || only.stream().anyMatch(kind.apply(fault)::contains))
                .toList();
        if (chosen.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--only: no fault contains one of %s; the faults are %s"
                            .formatted(only, all.stream().map(kind).toList()));
        }
        return chosen;
    }

    private int tell(TortureReport result) throws IOException {
        Path file = report != null ? report : DataDirectories.named("torture.json");
        result.write(file);
        say("");
        say(result.table());
        result.differences().forEach(difference -> spec.commandLine().getErr().println("Difference: " + difference));
        say("%,d events, %d faults, %d differences; the report is in %s and %s"
                .formatted(
                        result.events(),
                        result.faults().size(),
                        result.differences().size(),
                        file.toAbsolutePath(),
                        TortureReport.page(file.toAbsolutePath())));
        return result.balanced() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private int tell(StockReport result) throws IOException {
        Path file = report != null ? report : DataDirectories.named("stock.json");
        result.write(file);
        say("");
        say(result.table());
        say("%s; the report is in %s and %s"
                .formatted(result.summary(), file.toAbsolutePath(), TortureReport.page(file.toAbsolutePath())));
        return CommandLine.ExitCode.OK;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    static CommandLine commandLine() {
        return new CommandLine(new TortureCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    public static void main(String[] arguments) {
        int exitCode = CommandErrors.installOn(commandLine()).execute(arguments);
        System.out.flush();
        System.exit(exitCode);
    }
}
