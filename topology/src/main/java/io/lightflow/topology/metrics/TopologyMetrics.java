package io.lightflow.topology.metrics;

import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The metrics of the topologies of one process: the only place that declares them. Loops and readers report through
 * {@link TaskMetrics} and {@link ReaderMetrics}, which look labels up once.
 *
 * <p>What a shard's last position tells is derived from it when Prometheus asks. Thread-safe.
 */
public final class TopologyMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private static final double[] SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final InstantSource clock;
    private final Set<TaskMetrics> tasks = ConcurrentHashMap.newKeySet();
    private final Set<ReaderMetrics> readers = ConcurrentHashMap.newKeySet();

    final Counter records = counter("records", "Records of the blocks that were stepped, replays included");
    final Counter events = counter("events", "Committed events by type and outcome", "type", "outcome");
    final Counter commits = counter("commits", "Transactions of the sink by outcome", "outcome");
    final Counter retries = counter("retries", "Failed attempts while a server is unavailable", "server");
    final Counter replays = counter("replays", "Batches that were read again from the ledger");
    final Counter lookups = counter("store_lookups", "Look-ups in the join store", "result");
    final Histogram step = histogram("step_seconds", "Time to step one block");
    final Histogram store = histogram("store_seconds", "Time of one call of the join store", "operation");
    final Histogram send = histogram("send_seconds", "Time to hand over or to write the outputs of one commit");
    final Histogram commit = histogram("commit_seconds", "Time of one commit of the sink, sending included");
    final Gauge waiting = gauge("waiting_loops", "Loops that wait for an unavailable server");
    final Gauge unavailable = gauge("unavailable_readers", "Readers that cannot read because a server is unavailable");

    public TopologyMetrics(InstantSource clock) {
        this.clock = clock;
        JvmMetrics.builder().register(registry);
        shardGauge("watermark_timestamp_seconds", "The watermark, in seconds since the Unix epoch", values -> {
            forEachShard((task, shard, watermark) -> values.set(task, shard, watermark / MILLIS_PER_SECOND));
        });
        shardGauge("event_time_lag_seconds", "Time since the watermark", values -> {
            long now = clock.millis();
            forEachShard((task, shard, watermark) -> values.set(task, shard, (now - watermark) / MILLIS_PER_SECOND));
        });
        shardGauge("shard_stopped", "1 if the shard needs an operator", values -> {
            for (TaskMetrics task : tasks) {
                Map<Integer, String> stops = task.stops();
                task.shards().forEach(shard -> values.set(task.owner(), shard, stops.containsKey(shard) ? 1 : 0));
            }
        });
        shardGauge(
                "lag_records",
                "Records that exist and have not been read",
                values -> readers.forEach(
                        reader -> reader.lags().forEach((shard, lag) -> values.set(reader.owner(), shard, lag))));
        GaugeWithCallback.builder()
                .name("lightflow_topology_waiting_events")
                .help("Events of this worker's shards that wait for their impression or their decision")
                .labelNames("group", "topology", "type")
                .callback(values -> byOwner()
                        .forEach((owner, own) -> TaskMetrics.TYPES.forEach(type ->
                                values.call(waiting(own, type), owner.group(), owner.topology(), type.plural()))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("lightflow_topology_store_bytes")
                .help("Bytes of the join store's files")
                .labelNames("group", "topology")
                .callback(values -> byOwner().forEach((owner, own) -> own.get(0)
                        .storeBytes()
                        .ifPresent(bytes -> values.call(bytes, owner.group(), owner.topology()))))
                .register(registry);
    }

    /** The topology of a group. */
    record Owner(String group, String topology) implements Comparable<Owner> {
        @Override
        public int compareTo(Owner other) {
            int byGroup = group.compareTo(other.group);
            return byGroup == 0 ? topology.compareTo(other.topology) : byGroup;
        }
    }

    /** Begins to export the metrics of a loop, until they are closed. */
    public TaskMetrics task(String group, String topology) {
        TaskMetrics task = new TaskMetrics(this, new Owner(group, topology));
        tasks.add(task);
        return task;
    }

    /** Begins to export the metrics of a reader, until they are closed. */
    public ReaderMetrics reader(String group, String topology) {
        ReaderMetrics reader = new ReaderMetrics(this, new Owner(group, topology));
        readers.add(reader);
        return reader;
    }

    void remove(TaskMetrics task) {
        tasks.remove(task);
    }

    void remove(ReaderMetrics reader) {
        readers.remove(reader);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    /** The states of all shards, by owner and number. */
    public List<ShardState> shards() {
        List<ShardState> states = new ArrayList<>();
        byOwner().forEach((owner, own) -> own.stream()
                .flatMap(task -> task.shards().stream()
                        .map(shard -> new ShardState(
                                owner.group(), owner.topology(), shard, task.watermark(shard), task.reason(shard))))
                .sorted((a, b) -> Integer.compare(a.shard(), b.shard()))
                .forEach(states::add));
        return states;
    }

    private SortedMap<Owner, List<TaskMetrics>> byOwner() {
        SortedMap<Owner, List<TaskMetrics>> all = new TreeMap<>();
        tasks.forEach(task ->
                all.computeIfAbsent(task.owner(), none -> new ArrayList<>()).add(task));
        return all;
    }

    private static double waiting(Collection<TaskMetrics> tasks, EventType type) {
        return tasks.stream().mapToLong(task -> task.waiting(type)).sum();
    }

    private interface ShardWatermark {
        void take(Owner owner, int shard, long watermark);
    }

    private void forEachShard(ShardWatermark taker) {
        for (TaskMetrics task : tasks) {
            for (int shard : task.shards()) {
                long watermark = task.watermark(shard);
                if (watermark != Position.NO_TIME) {
                    taker.take(task.owner(), shard, watermark);
                }
            }
        }
    }

    private interface ShardValues {
        void set(Owner owner, int shard, double value);
    }

    private interface ShardSource {
        void report(ShardValues values);
    }

    private void shardGauge(String name, String help, ShardSource source) {
        GaugeWithCallback.builder()
                .name("lightflow_topology_" + name)
                .help(help)
                .labelNames("group", "topology", "shard")
                .callback(values -> source.report((owner, shard, value) ->
                        values.call(value, owner.group(), owner.topology(), Integer.toString(shard))))
                .register(registry);
    }

    private static String[] labels(String... more) {
        List<String> labels = new ArrayList<>(List.of("group", "topology"));
        labels.addAll(List.of(more));
        return labels.toArray(String[]::new);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name("lightflow_topology_" + name)
                .help(help)
                .labelNames(labels(labels))
                .withoutExemplars()
                .register(registry);
    }

    private Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder()
                .name("lightflow_topology_" + name)
                .help(help)
                .labelNames(labels(labels))
                .withoutExemplars()
                .register(registry);
    }

    private Histogram histogram(String name, String help, String... labels) {
        return Histogram.builder()
                .name("lightflow_topology_" + name)
                .help(help)
                .labelNames(labels(labels))
                .withoutExemplars()
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
    }
}
