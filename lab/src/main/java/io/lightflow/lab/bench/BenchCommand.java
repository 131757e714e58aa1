package io.lightflow.lab.bench;

import io.lightflow.attribution.Windows;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.ForkedKafka;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.event.EventType;
import io.lightflow.lab.contest.ContestReport;
import io.lightflow.lab.feed.BeaconCadence;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.JvmProfile;
import io.lightflow.lab.measure.ProcessUsage;
import io.lightflow.lab.options.DurationOptions;
import io.lightflow.lab.up.Completion;
import io.lightflow.lab.up.JoinedTopics;
import io.lightflow.lab.up.PostgresTotals;
import io.lightflow.lab.up.StoreFigures;
import io.lightflow.lab.up.StoreOption;
import io.lightflow.lab.up.Totals;
import io.lightflow.topology.aerospike.Traffic;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab/bench}: measures the throughput of the topologies on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Fill the central topics with events, then start both topologies and measure how fast they drain them into"
                    + " the joined topics and PostgreSQL.",
            "With --rate, feed at that rate instead and measure how long a click takes.",
            "With --against, do the same with programs for other platforms, in turn, and compare."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final DcGroup GROUP = BenchStack.GROUP;
    private static final int SHARDS = BenchStack.SHARDS;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Spec
    private CommandSpec spec;

    @Option(names = "--events", defaultValue = "2100000", description = "Number of events. Default: ${DEFAULT-VALUE}.")
    private long events;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of the events. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--rate", paramLabel = "R", description = "Feed R events per second and measure latencies.")
    private Integer rate;

    @Option(
            names = "--seconds",
            defaultValue = "60s",
            converter = DurationOptions.Seconds.class,
            description = "With --rate: duration of the measurement, after 20 s of warm-up. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--parallelism",
            defaultValue = "1",
            description = "Number of tasks of the join. Default: ${DEFAULT-VALUE}.")
    private int parallelism;

    @Option(
            names = "--live",
            paramLabel = "N",
            description = "Fill the join store with N impressions of the 30 days before, and then drain the events.")
    private Long live;

    @Option(names = "--poll-records", defaultValue = "40000", description = "Default: ${DEFAULT-VALUE}.")
    private int pollRecords;

    @Option(
            names = "--micro-batch",
            paramLabel = "DURATION",
            converter = DurationOptions.Seconds.class,
            description =
                    "Interval of committing statistics; a bare number means seconds. Default: 5s, with --rate 1s.")
    private Integer microBatchSeconds;

    @Mixin
    private StoreOption store;

    @Option(
            names = "--store-process",
            paramLabel = "PID",
            description =
                    "With --store aerospike: the server's process on this machine, whose CPU and memory are measured,"
                            + " too.")
    private Long storeProcess;

    @Mixin
    private ContestOptions contest;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the results as JSON to this file.")
    private Path report;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "Write sampled stacks of the topologies' JVM to this file, for flame graphs.")
    private Path profile;

    @Override
    public Integer call() throws Exception {
        if (profile != null) {
            Files.deleteIfExists(profile);
        }
        if (live != null && (live < 1 || rate != null || contest.isGiven() || store.aerospike() != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--live takes 1 or more impressions, on RocksDB and without --rate and --against, found " + live);
        }
        if (contest.isRequested(store.aerospike())) {
            return contest();
        }
        LocalSettings settings = BenchStack.settings(
                        DataDirectories.fresh("bench"), microBatch(), pollRecords, parallelism)
                .with(store.aerospike());
        ForkedKafka kafka = new ForkedKafka(settings.data().resolve("kafka-central"), 512);
        BenchReport figures;
        try (LocalStack stack = new LocalStack(settings, kafka)) {
            stack.startServers();
            figures = rate == null ? drain(stack, kafka) : latency(stack, kafka);
        }
        System.out.println(figures.toJson());
        if (report != null) {
            figures.write(report);
        }
        return 0;
    }

    private int contest() throws Exception {
        ContestReport results = contest.contest(
                        events, seed, rate, seconds, microBatch(), pollRecords, parallelism, profile)
                .run(DataDirectories.fresh("contest"));
        System.out.println(results.table());
        if (report != null) {
            results.write(report);
        }
        return results.isExact() ? 0 : 1;
    }

    private int microBatch() {
        return microBatchSeconds != null ? microBatchSeconds : rate == null ? 5 : 1;
    }

    private BenchReport drain(LocalStack stack, ForkedKafka kafka) throws Exception {
        FeedTotals fed;
        Duration span = Windows.DEFAULT.orphanAfter().plusMinutes(1);
        long beginFill = System.nanoTime();
        try (Feed feed = new BenchFeed(drained());
                FeedProducer producer = producer(stack, Double.POSITIVE_INFINITY)) {
            producer.start();
            fed = producer.feed(feed);
            producer.sendClosingBeacons(span);
        }
        System.out.printf(
                "Filled the central topics with %d events in %.1f s.%n",
                fed.sent(), (System.nanoTime() - beginFill) / 1e9);
        LiveImpressions.Filled filled = live == null ? null : fill(stack);
        Map<String, Double> before = cpuSeconds(stack, kafka);
        Traffic trafficBefore = Traffic.now();
        long submittedMs = System.currentTimeMillis();
        JvmProfile sampled = profile == null ? null : JvmProfile.start();
        stack.submitTopologies();
        double drainSeconds;
        long firstReadMs;
        try (Completion completion = new Completion(stack)) {
            long until = fed.greatestTimeMs()
                    + span.toMillis()
                    - stack.settings().allowedDisorder().toMillis();
            completion.await(until, PATIENCE);
            firstReadMs = JoinedTopics.firstReadMs(schemas(stack), stack.centralBootstrap(), GROUP.name(), SHARDS);
            drainSeconds = (lastCommitMs(stack) - firstReadMs) / 1000.0;
            completion.differences().forEach(System.out::println);
        }
        Map<String, Double> perMillion = new LinkedHashMap<>();
        cpuSeconds(stack, kafka)
                .forEach((part, cpu) -> perMillion.put(part, rounded((cpu - before.get(part)) * 1e6 / fed.sent())));
        Map<String, Long> memory = memory(stack, kafka);
        writeProfile(sampled);
        Totals topics = JoinedTopics.count(schemas(stack), stack.centralBootstrap(), List.of(GROUP.name()), SHARDS);
        Totals postgres = PostgresTotals.read(stack);
        if (!topics.equals(postgres)) {
            throw new IllegalStateException("PostgreSQL has " + postgres + ", the joined topics have " + topics);
        }
        return new BenchReport(
                fed.sent(),
                Math.round(fed.sent() / drainSeconds),
                drainSeconds,
                perMillion,
                memory,
                sum(memory),
                count(stack, "SELECT count(*) FROM (SELECT DISTINCT time, ad, place FROM stats_minute) AS keys"),
                null,
                (firstReadMs - submittedMs) / 1000.0,
                filled,
                store.aerospike() == null
                        ? null
                        : StoreFigures.of(
                                Traffic.now().since(trafficBefore),
                                JoinedTopics.blocks(stack.centralBootstrap(), GROUP.name(), SHARDS),
                                drainSeconds));
    }

    private BenchFeedSettings drained() {
        return BenchFeedSettings.DEFAULT.withCount(events).withSeed(seed).withDcs(GROUP.dcs());
    }

    private LiveImpressions.Filled fill(LocalStack stack) {
        String topic = EventType.IMPRESSION.centralTopic(GROUP.dcs().get(0));
        int incarnation;
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, stack.centralBootstrap()))) {
            incarnation = TopicSetup.incarnation(
                    TopicSetup.describe(admin, List.of(topic)).get(topic));
        }
        LiveImpressions.Filled filled = new LiveImpressions(
                        stack.groupSettings(GROUP), schemas(stack), drained(), incarnation)
                .fill(live, SHARDS);
        System.out.printf(
                "Filled the join store with %d impressions in %.1f s, %.1f bytes on disk each.%n",
                filled.events(), filled.seconds(), (double) filled.diskBytes() / filled.events());
        return filled;
    }

    private BenchReport latency(LocalStack stack, ForkedKafka kafka) throws Exception {
        stack.submitTopologies();
        int warmUpSeconds = 20;
        long count = (long) rate * (seconds + warmUpSeconds);
        Map<String, Double> before = cpuSeconds(stack, kafka);
        JvmProfile sampled = profile == null ? null : JvmProfile.start();
        try (ClickLatency latency = new ClickLatency(stack, GROUP, Duration.ofSeconds(warmUpSeconds))) {
            latency.start();
            FeedTotals fed;
            try (Feed feed = new BenchFeed(BenchFeedSettings.DEFAULT
                            .withCount(count)
                            .withSeed(seed)
                            .withDcs(GROUP.dcs())
                            .withTimes(Instant.now(), Duration.ofSeconds(seconds + warmUpSeconds)));
                    FeedProducer producer = producer(stack, rate)) {
                producer.start();
                fed = producer.feed(feed);
            }
            Map<String, BenchReport.Percentiles> percentiles = latency.stop();
            Map<String, Double> perMillion = new LinkedHashMap<>();
            cpuSeconds(stack, kafka)
                    .forEach((part, cpu) -> perMillion.put(part, rounded((cpu - before.get(part)) * 1e6 / fed.sent())));
            Map<String, Long> memory = memory(stack, kafka);
            writeProfile(sampled);
            return new BenchReport(
                    fed.sent(), null, null, perMillion, memory, sum(memory), null, percentiles, null, null, null);
        }
    }

    private void writeProfile(JvmProfile sampled) throws IOException {
        if (sampled != null) {
            sampled.addTo(profile);
        }
    }

    private static FeedProducer producer(LocalStack stack, double eventsPerSecond) {
        FeedSettings settings = FeedSettings.toCentralCluster(stack.frontBootstraps(), SHARDS)
                .withAllowedDisorder(stack.settings().allowedDisorder());
        if (Double.isFinite(eventsPerSecond)) {
            settings = settings.withRate(eventsPerSecond)
                    .withLinger(Duration.ofMillis(5))
                    .withBeacons(BeaconCadence.onClock(Duration.ofSeconds(1)));
        }
        return new FeedProducer(settings, schemas(stack).ids());
    }

    private static RegistrySchemas schemas(LocalStack stack) {
        return RegistrySchemas.connect(new RegistrySection(List.of(stack.registryUrl())));
    }

    private Map<String, Double> cpuSeconds(LocalStack stack, ForkedKafka kafka) {
        Map<String, Double> parts = new LinkedHashMap<>();
        usage(stack, kafka).forEach((part, usage) -> parts.put(part, usage.cpuSeconds()));
        return parts;
    }

    private Map<String, Long> memory(LocalStack stack, ForkedKafka kafka) {
        Map<String, Long> parts = new LinkedHashMap<>();
        usage(stack, kafka).forEach((part, usage) -> parts.put(part, usage.peakRssMb()));
        return parts;
    }

    /** This process runs Storm with the topologies, ZooKeeper, the registry, and before that the feed. */
    private Map<String, ProcessUsage> usage(LocalStack stack, ForkedKafka kafka) {
        ProcessUsage broker = ProcessUsage.of(kafka.processId());
        ProcessUsage postgres = ProcessUsage.of(stack.postgres().processId());
        ProcessUsage all = ProcessUsage.alone(ProcessHandle.current().pid());
        Map<String, ProcessUsage> parts = new LinkedHashMap<>();
        parts.put("topology", all);
        parts.put("brokers", broker);
        parts.put("postgres", postgres);
        if (storeProcess != null) {
            parts.put("store", ProcessUsage.of(storeProcess));
        }
        return parts;
    }

    private static long sum(Map<String, Long> parts) {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static long lastCommitMs(LocalStack stack) throws SQLException {
        return count(stack, "SELECT (extract(epoch FROM max(committed_at)) * 1000)::bigint FROM ledger");
    }

    private static long count(LocalStack stack, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(stack.jdbcUrl(), EmbeddedPostgresServer.USER, "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new BenchCommand()));
    }

    public static void main(String[] arguments) {
        int exitCode = commandLine().execute(arguments);
        System.out.flush();
        System.exit(exitCode);
    }
}
