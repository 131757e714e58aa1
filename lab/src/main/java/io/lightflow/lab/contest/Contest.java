package io.lightflow.lab.contest;

import io.lightflow.attribution.Windows;
import io.lightflow.lab.contest.ContestServers.Inputs;
import io.lightflow.lab.contest.ContestSettings.Fault;
import io.lightflow.lab.feed.BeaconCadence;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.ProcessUsage;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.commons.io.file.PathUtils;

/**
 * Runs Lightflow and its peers in turn on one broker and one PostgreSQL, each from a cold start, and compares every
 * output with the independent answer. The next round begins with the next contestant.
 */
public final class Contest {
    /** After this time all timers have fired. */
    private static final Duration CLOSING_SPAN = Windows.DEFAULT.orphanAfter().plusMinutes(1);
    /** At a rate: the time that a contestant has to start. */
    private static final Duration LEAD = Duration.ofSeconds(15);

    private final ContestSettings settings;
    private final PrintStream log;
    private final RegistrySchemas schemas;
    private final List<Contestant> contestants = new ArrayList<>();

    /**
     * @param log takes progress
     * @throws IllegalArgumentException if there is no such peer
     */
    public Contest(ContestSettings settings, PrintStream log) {
        this.settings = settings;
        this.log = log;
        // The schemas of this build are known without a registry.
        this.schemas = RegistrySchemas.connect(new RegistrySection(List.of(URI.create("http://127.0.0.1:1"))));
        contestants.add(new LightflowContestant(settings.lightflow(), schemas));
        settings.peers().forEach(peer -> contestants.add(new PeerContestant(peer, settings.peersFolder())));
    }

    /** @param data an empty directory for all data */
    public ContestReport run(Path data) throws Exception {
        try (ContestServers servers = new ContestServers(data)) {
            servers.start();
            List<RunResult> runs = settings.rate() == null ? fullLoadRuns(servers, data) : pacedRuns(servers, data);
            return new ContestReport(settings.rate(), settings.rounds(), runs);
        }
    }

    private interface Turn {
        RunResult run(Contestant contestant, int round, Path folder, String runId) throws Exception;
    }

    private List<RunResult> inTurn(Path data, Turn turn) throws Exception {
        List<RunResult> runs = new ArrayList<>();
        for (int round = 1; round <= settings.rounds(); round++) {
            for (int i = 0; i < contestants.size(); i++) {
                Contestant contestant = contestants.get((round - 1 + i) % contestants.size());
                String runId = contestant.name() + "-" + round;
                Path folder = data.resolve(runId);
                RunResult run = turn.run(contestant, round, folder, runId);
                log.println(ContestTable.line(run));
                run.differences().forEach(difference -> log.println("  " + difference));
                runs.add(run);
                if (run.isExact()) {
                    PathUtils.deleteDirectory(folder);
                }
            }
        }
        return runs;
    }

    private List<RunResult> fullLoadRuns(ContestServers servers, Path data) throws Exception {
        // Event times of yesterday: a retention time spares them.
        Instant start = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.DAYS);
        BenchFeedSettings events =
                feedSettings().withCount(settings.events()).withTimes(start, BenchFeedSettings.DEFAULT.span());
        FeedTotals fed;
        try (Feed feed = new BenchFeed(events);
                FeedProducer producer = producer(servers, null)) {
            producer.start();
            fed = producer.feed(feed);
            producer.sendClosingBeacons(CLOSING_SPAN);
        }
        IndependentAnswer answer = IndependentAnswer.of(() -> new BenchFeed(events));
        log.printf(
                "Filled the central topics with %d events: %d joined events, %d minute rows.%n",
                fed.sent(), answer.outputs().count(), answer.statistics().rows());
        return inTurn(data, (contestant, round, folder, runId) -> {
            servers.reset(Inputs.KEPT);
            FullLoad load = new FullLoad(contestant, round, fed.sent(), answer);
            return settings.fault() == Fault.KILL
                    ? killedRun(servers, load, folder, runId)
                    : drain(servers, load, folder, runId);
        });
    }

    /** What a contestant finds in the input topics when it starts. */
    private record FullLoad(Contestant contestant, int round, long events, IndependentAnswer answer) {}

    private RunResult drain(ContestServers servers, FullLoad load, Path folder, String runId) throws Exception {
        Map<Part, ProcessUsage> before = servers.usageBeforeStart();
        try (ContestantProcess process = load.contestant().start(servers, folder, runId)) {
            Finish finish = Finish.await(servers, load.contestant(), process, load.answer());
            return new RunResult(
                    load.contestant().name(),
                    load.round(),
                    load.events(),
                    Math.round(load.events() / finish.seconds()),
                    finish.seconds(),
                    finish.minuteRows(),
                    cpu(before, finish.usage(), 1e6 / load.events()),
                    null,
                    peakRssMb(finish.usage()),
                    null,
                    null,
                    finish.differences());
        }
    }

    private RunResult killedRun(ContestServers servers, FullLoad load, Path folder, String runId) throws Exception {
        try (KillableProcess process = load.contestant().startKillable(servers, folder, runId);
                RecoveryWatch watch = new RecoveryWatch(servers, load.contestant())) {
            watch.kill(process, load.answer().outputs().count());
            Finish finish = Finish.await(servers, load.contestant(), process, load.answer());
            return new RunResult(
                    load.contestant().name(),
                    load.round(),
                    load.events(),
                    null,
                    null,
                    finish.minuteRows(),
                    null,
                    null,
                    peakRssMb(finish.usage()),
                    null,
                    watch.stop(finish.lastCommitMs()),
                    finish.differences());
        }
    }

    private List<RunResult> pacedRuns(ContestServers servers, Path data) throws Exception {
        return inTurn(data, (contestant, round, folder, runId) -> {
            servers.reset(Inputs.EMPTIED);
            try (ContestantProcess process = contestant.start(servers, folder, runId)) {
                Thread.sleep(LEAD.toMillis());
                return pacedRun(servers, contestant, round, process);
            }
        });
    }

    private RunResult pacedRun(ContestServers servers, Contestant contestant, int round, ContestantProcess process)
            throws Exception {
        Duration span = settings.warmUp().plusSeconds(settings.seconds());
        BenchFeedSettings events =
                feedSettings().withCount(settings.rate() * span.toSeconds()).withTimes(Instant.now(), span);
        String dc = BenchStack.GROUP.dcs().get(0);
        ProbeFeed.Probes probes = new ProbeFeed.Probes();
        long fromMs = System.currentTimeMillis() + settings.warmUp().toMillis();
        FeedTotals fed;
        Map<String, Percentiles> latencies;
        Map<String, Double> cores;
        Finish finish;
        try (LatencyWatch watch = new LatencyWatch(servers, contestant, probes, fromMs)) {
            watch.start();
            CompletableFuture<Map<Part, ProcessUsage>> before = CompletableFuture.supplyAsync(
                    () -> servers.usage(process),
                    CompletableFuture.delayedExecutor(settings.warmUp().toMillis(), TimeUnit.MILLISECONDS));
            try (Feed feed = new ProbeFeed(new BenchFeed(events), dc, probes);
                    FeedProducer producer = producer(servers, settings.rate())) {
                producer.start();
                fed = producer.feed(feed);
                double seconds = (System.currentTimeMillis() - fromMs) / 1000.0;
                cores = cpu(before.get(), servers.usage(process), 1 / seconds);
                producer.sendClosingBeacons(CLOSING_SPAN);
            }
            Supplier<Feed> feeds = () -> new ProbeFeed(new BenchFeed(events), dc, new ProbeFeed.Probes());
            finish = Finish.await(servers, contestant, process, IndependentAnswer.of(feeds));
            latencies = watch.stop();
        }
        return new RunResult(
                contestant.name(),
                round,
                fed.sent(),
                null,
                null,
                finish.minuteRows(),
                null,
                cores,
                peakRssMb(finish.usage()),
                latencies,
                null,
                finish.differences());
    }

    private BenchFeedSettings feedSettings() {
        return BenchFeedSettings.DEFAULT.withSeed(settings.seed()).withDcs(BenchStack.GROUP.dcs());
    }

    /** @param rate null for as fast as possible */
    private FeedProducer producer(ContestServers servers, Integer rate) {
        Map<String, String> bootstrapServers = new LinkedHashMap<>();
        BenchStack.GROUP.dcs().forEach(dc -> bootstrapServers.put(dc, servers.bootstrapServers()));
        FeedSettings feed = FeedSettings.toCentralCluster(bootstrapServers, BenchStack.SHARDS)
                .withAllowedDisorder(BenchStack.ALLOWED_DISORDER);
        if (rate != null) {
            feed = feed.withRate(rate)
                    .withLinger(Duration.ofMillis(5))
                    .withBeacons(BeaconCadence.onClock(Duration.ofSeconds(1)));
        }
        return new FeedProducer(feed, schemas.ids());
    }

    private static Map<String, Double> cpu(
            Map<Part, ProcessUsage> before, Map<Part, ProcessUsage> after, double factor) {
        return byPart(part ->
                Math.round((after.get(part).cpuSeconds() - before.get(part).cpuSeconds()) * factor * 100) / 100.0);
    }

    private static Map<String, Double> byPart(ToDoubleFunction<Part> figure) {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (Part part : Part.values()) {
            figures.put(part.key(), figure.applyAsDouble(part));
        }
        return figures;
    }

    private static Map<String, Long> peakRssMb(Map<Part, ProcessUsage> usage) {
        Map<String, Long> peaks = new LinkedHashMap<>();
        usage.forEach((part, used) -> peaks.put(part.key(), used.peakRssMb()));
        return peaks;
    }
}
