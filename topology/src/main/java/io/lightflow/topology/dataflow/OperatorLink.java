package io.lightflow.topology.dataflow;

import io.lightflow.topology.loop.OutageLog;
import io.lightflow.topology.loop.StopNotices;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's link to operators, through ZooKeeper. It notes stopped shards, where {@code lightflow show} finds them, and
 * makes the checkpoints that {@code lightflow checkpoint} asks for. Nothing of it decides what is committed.
 */
final class OperatorLink implements StopNotices {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorLink.class);
    private static final long INTERVAL_MS = 1_000;

    /** Makes a checkpoint. */
    @FunctionalInterface
    interface Checkpoints {
        void make(CheckpointRequest request);
    }

    private final OutageLog outage = new OutageLog(LOG, "Operators are told again");
    private final GroupNodes nodes;
    private final Checkpoints checkpoints;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread daemon = new Thread(work, "lightflow-operator-link");
        daemon.setDaemon(true);
        return daemon;
    });

    OperatorLink(GroupNodes nodes, Checkpoints checkpoints) {
        this.nodes = nodes;
        this.checkpoints = checkpoints;
    }

    OperatorLink start() {
        thread.scheduleWithFixedDelay(this::serve, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
        return this;
    }

    private void serve() {
        try {
            nodes.takeCheckpointRequest().ifPresent(request -> nodes.replyToCheckpoint(reply(request)));
        } catch (IllegalStateException e) {
            LOG.debug("Requests of operators cannot be read now: {}", e.getMessage());
        }
    }

    private String reply(String request) {
        try {
            checkpoints.make(CheckpointRequest.parse(request));
            return CheckpointRequest.DONE;
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public void stopped(int shard, String reason) {
        tell(() -> nodes.noteStop(shard, reason));
    }

    @Override
    public void works(int shard) {
        tell(() -> nodes.withdrawStop(shard));
    }

    private void tell(Runnable notice) {
        try {
            notice.run();
            outage.works();
        } catch (IllegalStateException e) {
            outage.failed("Operators are not told: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        nodes.close();
    }
}
