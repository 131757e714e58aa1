package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.Cluster;
import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.deploy.cluster.Component;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.event.Impression;
import io.lightflow.event.SchemaIds;
import io.lightflow.lab.stock.CampaignMinute;
import io.lightflow.lab.stock.CountTable;
import io.lightflow.lab.stock.StockTopology;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.lang.builder.ToStringBuilder;
import org.apache.storm.kafka.spout.trident.KafkaTridentSpoutTransactional;

/**
 * The same cluster and feed as {@link Stage}, with the stock topology in place of Lightflow's. The stock topology
 * counts impressions. Every wait has a timeout, since a topology that never recovers is a result here. Confined to one
 * thread.
 */
final class StockStage implements AutoCloseable {
    private static final int PARALLELISM = 2;
    /** Only Lightflow needs beacons, and they would add records to idle partitions. */
    private static final Duration NO_BEACONS = Duration.ofDays(1);

    private static final Duration STARTS_WITHIN = Duration.ofSeconds(90);
    /** Twice the timeout after which a hanging batch is replayed. */
    static final Duration RECOVERS_WITHIN = Duration.ofSeconds(60);

    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(3);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** A hanging batch is replayed after 30 s. */
    private static final Duration HANGS_AFTER = Duration.ofSeconds(45);
    /** Number of empty batches after which everything is considered counted. */
    private static final int EMPTY_BATCHES = 4;

    private final Cluster cluster;
    private final Random random;
    private final StockSource source;
    /** Never released: a waiter waits until its timeout or an interrupt. */
    private final CountDownLatch never = new CountDownLatch(1);

    private LightFeed feed;
    private ExactCounts exact;
    private StockTrident trident;
    private StockWorkers workers;
    private int impressionSchema;
    private int parallelism = PARALLELISM;

    /** @param data an empty folder, absolute */
    StockStage(Path data, StockSource source, Random random) {
        this.cluster = Cluster.of(new ClusterSettings(
                data, EnumSet.complementOf(EnumSet.of(Component.CAPTURE)), Stage.GROUP.dcs(), Stage.SHARDS));
        this.source = source;
        this.random = random;
    }

    /** Starts everything. Returns when the first events have been counted. */
    void start(LightFeed.Plan plan, Consumer<String> progress) throws SQLException {
        cluster.up(progress);
        SchemaIds ids = RegistrySchemas.connect(new RegistrySection(
                        List.of(URI.create(cluster.endpoints().registry()))))
                .ids();
        impressionSchema = ids.of(Impression.getClassSchema());
        trident = new StockTrident(cluster.endpoints().zooKeeper());
        workers = new StockWorkers(cluster, trident);
        exact = new ExactCounts(kafka(), source.topics(), Stage.SHARDS, impressionSchema);
        CountTable.create(jdbcUrl());
        submit(parallelism);
        feed = LightFeed.start(plan, NO_BEACONS, cluster.endpoints(), Stage.SHARDS, ids);
        if (!Deadline.in(STARTS_WITHIN).await(LOOK_EVERY, this::hasCounted)) {
            throw new IllegalStateException("The stock topology has counted nothing within %s; see the logs in %s"
                    .formatted(STARTS_WITHIN, cluster.settings().data()));
        }
        progress.accept("the stock topology is running");
    }

    Cluster cluster() {
        return cluster;
    }

    LightFeed feed() {
        return feed;
    }

    Random random() {
        return random;
    }

    /** Current number of tasks of the topology. */
    int parallelism() {
        return parallelism;
    }

    StockWorkers workers() {
        return workers;
    }

    StockSource source() {
        return source;
    }

    private String kafka() {
        return cluster.endpoints().kafka().get(source.kafka());
    }

    private String jdbcUrl() {
        return cluster.endpoints().jdbcUrl();
    }

    /** Submits the topology, which must have been killed. */
    void submit(int newParallelism) {
        cluster.submit(
                StockTopology.class,
                List.of(jarOf(KafkaTridentSpoutTransactional.class), jarOf(ToStringBuilder.class)),
                StockTopology.arguments(kafka(), source.topics(), impressionSchema, jdbcUrl(), newParallelism));
        parallelism = newParallelism;
    }

    private static Path jarOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Expected the location of " + type + " to be a file", e);
        }
    }

    void killTopology() {
        if (!cluster.killTopology(StockTopology.NAME)) {
            throw new IllegalStateException("Expected a topology " + StockTopology.NAME + " to kill, found none");
        }
    }

    void wipeTrident() throws Exception {
        trident.wipe();
    }

    /**
     * Restarts the topology from the beginning, as an operator does when it no longer recovers. Returns when all events
     * are counted.
     */
    Deviation beginAnew() throws Exception {
        killTopology();
        wipeTrident();
        CountTable.create(jdbcUrl());
        submit(PARALLELISM);
        if (!Deadline.in(STARTS_WITHIN).await(LOOK_EVERY, this::hasCounted)) {
            throw new IllegalStateException("The restarted stock topology has counted nothing within " + STARTS_WITHIN
                    + "; see the logs in " + cluster.settings().data());
        }
        return settle();
    }

    /** Waits without any action. */
    void pause(Duration time) throws InterruptedException {
        never.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Recovery of the topology.
     *
     * @param seconds until new counts were written; empty if there were none
     * @param workers number of worker processes that ran meanwhile
     */
    record Recovery(OptionalDouble seconds, int workers) {}

    /** Waits until the counts increase. */
    Recovery awaitNewCounts(long sinceNanos) {
        Set<Long> pids = new HashSet<>();
        Set<Long> totals = new HashSet<>();
        boolean came = Deadline.in(RECOVERS_WITHIN).await(LOOK_EVERY, () -> {
            workers.all().forEach(worker -> pids.add(worker.pid()));
            total().ifPresent(totals::add);
            return totals.size() > 1;
        });
        double seconds = TortureReport.rounded((System.nanoTime() - sinceNanos) / 1e9);
        return new Recovery(came ? OptionalDouble.of(seconds) : OptionalDouble.empty(), pids.size());
    }

    /** Sum of all counts; empty if PostgreSQL does not answer. */
    private OptionalLong total() {
        return counted().stream()
                .mapToLong(counts ->
                        counts.values().stream().mapToLong(Long::longValue).sum())
                .findAny();
    }

    private boolean hasCounted() {
        return total().orElse(0) > 0;
    }

    private Optional<Map<CampaignMinute, Long>> counted() {
        try {
            return Optional.of(CountTable.read(jdbcUrl()));
        } catch (SQLException e) {
            // PostgreSQL is unavailable; the caller tries again.
            return Optional.empty();
        }
    }

    /**
     * Pauses the feed, waits until the counts stop changing, and compares them with the true counts. If a batch hangs,
     * uncounted impressions are considered lost.
     */
    Deviation settle() throws Exception {
        feed.pause();
        Deadline deadline = Deadline.in(SETTLES_WITHIN);
        Map<CampaignMinute, Long> there = Map.of();
        Map<CampaignMinute, Long> counts = Map.of();
        Deadline hangs = Deadline.in(HANGS_AFTER);
        long batch = trident.currentBatch();
        while (!deadline.isPast()) {
            pause(LOOK_EVERY);
            Map<CampaignMinute, Long> thereNow = Map.copyOf(exact.upToNow());
            Map<CampaignMinute, Long> countsNow = counted().orElse(counts);
            if (!thereNow.equals(there) || !countsNow.equals(counts)) {
                there = thereNow;
                counts = countsNow;
                hangs = Deadline.in(HANGS_AFTER);
                batch = trident.currentBatch();
            } else if (batch == StockTrident.NONE) {
                batch = trident.currentBatch();
            } else if (trident.currentBatch() >= batch + EMPTY_BATCHES) {
                break;
            }
            if (hangs.isPast()) {
                break;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("Interrupted while waiting for the stock topology");
            }
        }
        return Deviation.between(there, counts);
    }

    /** Number of impressions to count, among the records read so far. */
    long impressions() {
        return exact.upToNow().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Stops everything and keeps the data. An interrupt takes effect after everything has stopped. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            if (feed != null) {
                feed.close();
            }
            if (exact != null) {
                exact.close();
            }
        } finally {
            cluster.down(line -> {});
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
