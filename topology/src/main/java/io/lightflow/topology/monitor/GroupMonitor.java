package io.lightflow.topology.monitor;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.metrics.ShardState;
import io.lightflow.topology.operator.ShardStatus;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at a group from outside, each part in a thread of its own: one that does not answer delays no other. */
final class GroupMonitor implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final String group;
    private final Map<String, Source<TopologyLook>> topologies;
    private final Source<Map<String, Long>> central;
    private final Map<String, Source<Map<String, Long>>> fronts;
    private final List<Source<Boolean>> others;
    /** Null before the start. */
    private ScheduledExecutorService threads;

    GroupMonitor(
            String group,
            Map<String, Source<TopologyLook>> topologies,
            Source<Map<String, Long>> central,
            Map<String, Source<Map<String, Long>>> fronts,
            List<Source<Boolean>> others) {
        this.group = group;
        this.topologies = new LinkedHashMap<>(topologies);
        this.central = central;
        this.fronts = new LinkedHashMap<>(fronts);
        this.others = List.copyOf(others);
    }

    /** @param others further processes, which must listen */
    static GroupMonitor of(GroupSettings settings, List<TcpConnection> others) {
        Map<String, Source<TopologyLook>> topologies = new LinkedHashMap<>();
        Topologies.of(settings)
                .forEach(topology -> topologies.put(
                        topology.name(),
                        new Source<>(topology.name(), () -> new TopologyConnection(settings, topology))));
        Map<String, Source<Map<String, Long>>> fronts = new LinkedHashMap<>();
        settings.fronts()
                .keySet()
                .forEach(dc -> fronts.put(dc, new Source<>("front " + dc, () -> MirrorConnection.front(settings, dc))));
        return new GroupMonitor(
                settings.group(),
                topologies,
                new Source<>("central", () -> MirrorConnection.central(settings)),
                fronts,
                others.stream()
                        .map(other -> new Source<Boolean>(other.name(), () -> other))
                        .toList());
    }

    /** Looks at once, and then again and again. */
    void start(Duration interval) {
        List<Source<?>> sources = sources();
        threads = Executors.newScheduledThreadPool(sources.size(), work -> {
            Thread thread = new Thread(work, "lightflow-monitor");
            thread.setDaemon(true);
            return thread;
        });
        sources.forEach(
                source -> threads.scheduleWithFixedDelay(source::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS));
    }

    List<Source<?>> sources() {
        List<Source<?>> all = new ArrayList<>(topologies.values());
        all.add(central);
        all.addAll(fronts.values());
        all.addAll(others);
        return all;
    }

    String group() {
        return group;
    }

    /** The topologies by name. */
    Map<String, Source<TopologyLook>> topologies() {
        return topologies;
    }

    /** The newest records on the central cluster. */
    Source<Map<String, Long>> central() {
        return central;
    }

    /** The newest records in front, by data center. */
    Map<String, Source<Map<String, Long>>> fronts() {
        return fronts;
    }

    /** The states of all shards, as far as they are known. */
    List<ShardState> shards() {
        List<ShardState> states = new ArrayList<>();
        topologies.forEach((name, source) -> {
            TopologyLook look = source.last();
            if (look != null) {
                look.shards()
                        .forEach(shard -> states.add(new ShardState(
                                group,
                                name,
                                shard.shard(),
                                shard.position().watermark(),
                                reason(source, look, shard))));
            }
        });
        return states;
    }

    /** Why a shard makes no progress; null if it does. */
    private static String reason(Source<TopologyLook> source, TopologyLook look, ShardStatus shard) {
        if (!source.isReachable()) {
            return "its ledger, its topics or ZooKeeper are unavailable";
        }
        String stop = stopReason(look, shard);
        if (stop == null && look.isPaused()) {
            return "an operator has paused the topology";
        }
        return stop == null && !look.hasOwner() ? "no topology works on it" : stop;
    }

    /** Why a shard needs an operator; null if it does not. */
    static String stopReason(TopologyLook look, ShardStatus shard) {
        String stop = look.stops().get(shard.shard());
        return stop == null && shard.gap() != null ? shard.gap().toString() : stop;
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
            try {
                threads.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        sources().forEach(Source::close);
    }
}
