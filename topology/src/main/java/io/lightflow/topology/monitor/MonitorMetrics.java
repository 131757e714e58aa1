package io.lightflow.topology.monitor;

import io.lightflow.event.EventType;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.topology.operator.ShardStatus;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.DoubleConsumer;

/** The metrics of a group that is looked at from outside: the only place that declares them. */
final class MonitorMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final GroupMonitor monitor;
    private final InstantSource clock;
    private final PrometheusRegistry registry;

    private MonitorMetrics(GroupMonitor monitor, InstantSource clock, PrometheusRegistry registry) {
        this.monitor = monitor;
        this.clock = clock;
        this.registry = registry;
    }

    static void register(GroupMonitor monitor, InstantSource clock, PrometheusRegistry registry) {
        MonitorMetrics metrics = new MonitorMetrics(monitor, clock, registry);
        metrics.sources();
        metrics.topologies();
        metrics.shards();
        metrics.mirror();
    }

    private void sources() {
        gauge("reachable", "1 if the last look had an answer", "source", values -> monitor.sources().stream()
                .filter(Source::hasLooked)
                .forEach(source -> values.set(source.isReachable(), source.name())));
        CounterWithCallback.builder()
                .name("lightflow_monitor_failures")
                .help("Looks that had no answer")
                .labelNames("group", "source")
                .callback(values -> monitor.sources()
                        .forEach(source -> values.call(source.failures(), monitor.group(), source.name())))
                .register(registry);
    }

    private void topologies() {
        topologyGauge("topology_owned", "1 while a topology claims the group in ZooKeeper", TopologyLook::hasOwner);
        topologyGauge("topology_paused", "1 while an operator has paused the topology", TopologyLook::isPaused);
        gauge(
                "wrong_clocks",
                "Servers whose beacons show a wrong clock",
                "topology",
                values -> forEachTopology((name, look) -> values.set(look.wrongClocks(), name)));
        GaugeWithCallback.builder()
                .name("lightflow_monitor_events")
                .help("Events in the books of the ledger, by type and entry")
                .labelNames("group", "topology", "type", "entry")
                .callback(values -> forEachTopology((name, look) -> {
                    if (look.books().total(Entry.IN) == 0) {
                        return;
                    }
                    for (EventType type : EventType.values()) {
                        for (Entry entry : Entry.values()) {
                            values.call(
                                    look.books().get(type, entry),
                                    monitor.group(),
                                    name,
                                    type.plural(),
                                    entry.name().toLowerCase(Locale.ROOT));
                        }
                    }
                }))
                .register(registry);
    }

    private interface Fact {
        boolean of(TopologyLook look);
    }

    private void topologyGauge(String name, String help, Fact fact) {
        gauge(
                name,
                help,
                "topology",
                values -> forEachTopology((topology, look) -> values.set(fact.of(look), topology)));
    }

    private void shards() {
        shardGauge("watermark_timestamp_seconds", "The watermark, in seconds since the Unix epoch", (values, shard) -> {
            long watermark = shard.position().watermark();
            if (watermark != Position.NO_TIME) {
                values.accept(watermark / MILLIS_PER_SECOND);
            }
        });
        shardGauge("event_time_lag_seconds", "Time since the watermark", (values, shard) -> {
            long watermark = shard.position().watermark();
            if (watermark != Position.NO_TIME) {
                values.accept((clock.millis() - watermark) / MILLIS_PER_SECOND);
            }
        });
        shardGauge(
                "lag_offsets",
                "Offsets between the ledger and the ends of the topics",
                (values, shard) -> values.accept(shard.lag()));
        shardGauge(
                "books_balanced",
                "1 if the books of the shard balance",
                (values, shard) -> values.accept(shard.position().books().balanced() ? 1 : 0));
        gauge(
                "shard_stopped",
                "1 if the shard needs an operator",
                "topology,shard",
                values -> forEachTopology((name, look) -> look.shards()
                        .forEach(shard -> values.set(
                                GroupMonitor.stopReason(look, shard) != null, name, Integer.toString(shard.shard())))));
    }

    private void mirror() {
        gauge("newest_record_timestamp_seconds", "Time of the newest light record", "cluster,dc", values -> {
            newest(monitor.central(), "central", values);
            monitor.fronts().forEach((dc, front) -> newest(front, "front", values));
        });
        gauge("mirror_lag_seconds", "How much older the newest copy is than the newest original", "dc", values -> {
            Map<String, Long> copies = monitor.central().last();
            monitor.fronts().forEach((dc, front) -> {
                if (copies != null
                        && copies.containsKey(dc)
                        && front.last() != null
                        && front.last().containsKey(dc)) {
                    values.set(Math.max(0, front.last().get(dc) - copies.get(dc)) / MILLIS_PER_SECOND, dc);
                }
            });
        });
    }

    private static void newest(Source<Map<String, Long>> source, String cluster, Values values) {
        if (source.last() != null) {
            source.last().forEach((dc, time) -> values.set(time / MILLIS_PER_SECOND, cluster, dc));
        }
    }

    private void forEachTopology(BiConsumer<String, TopologyLook> taker) {
        monitor.topologies().forEach((name, source) -> {
            TopologyLook look = source.last();
            if (look != null) {
                taker.accept(name, look);
            }
        });
    }

    private interface ShardValue {
        void report(DoubleConsumer values, ShardStatus shard);
    }

    private void shardGauge(String name, String help, ShardValue value) {
        gauge(
                name,
                help,
                "topology,shard",
                values -> forEachTopology((topology, look) -> look.shards()
                        .forEach(shard -> value.report(
                                number -> values.set(number, topology, Integer.toString(shard.shard())), shard))));
    }

    private interface Values {
        void set(double value, String... labels);

        default void set(boolean value, String... labels) {
            set(value ? 1 : 0, labels);
        }
    }

    private interface Report {
        void to(Values values);
    }

    /** @param labels those after {@code group}, separated by commas */
    private void gauge(String name, String help, String labels, Report report) {
        GaugeWithCallback.builder()
                .name("lightflow_monitor_" + name)
                .help(help)
                .labelNames(("group," + labels).split(","))
                .callback(values -> report.to((value, more) -> {
                    String[] all = new String[more.length + 1];
                    all[0] = monitor.group();
                    System.arraycopy(more, 0, all, 1, more.length);
                    values.call(value, all);
                }))
                .register(registry);
    }
}
