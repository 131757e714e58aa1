package io.lightflow.lab.up;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Watches for shards that stop until an operator acts, and interrupts the thread that waits for them. */
final class ShardStopWatch implements AutoCloseable {
    private static final long INTERVAL_MS = 1_000;

    private final List<GroupNodes> topologies = new ArrayList<>();
    private final Thread waiting;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread daemon = new Thread(work, "lightflow-stop-watch");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile String reason;

    /** @param waiting the thread to interrupt */
    ShardStopWatch(LocalStack stack, Thread waiting) {
        this.waiting = waiting;
        for (DcGroup group : stack.settings().groups()) {
            GroupSettings settings = stack.groupSettings(group);
            Topologies.of(settings).forEach(topology -> topologies.add(GroupNodes.connect(settings, topology)));
        }
    }

    void start() {
        thread.scheduleWithFixedDelay(this::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (GroupNodes nodes : topologies) {
            List<String> stops;
            try {
                stops = List.copyOf(nodes.stops().values());
            } catch (IllegalStateException e) {
                // ZooKeeper is unavailable; the next look comes soon.
                continue;
            }
            if (!stops.isEmpty() && reason == null) {
                reason = String.join(System.lineSeparator(), stops);
                waiting.interrupt();
            }
        }
    }

    /** Why shards have stopped, if any has. */
    Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        topologies.forEach(GroupNodes::close);
    }
}
