package io.lightflow.mirror;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.connect.errors.NotFoundException;
import org.apache.kafka.connect.mirror.MirrorMaker;
import org.apache.kafka.connect.mirror.MirrorSourceConnector;
import org.apache.kafka.connect.mirror.SourceAndTarget;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs MirrorMaker 2 in this JVM and supervises it with a thread. The thread starts it when the central cluster is
 * available, and restarts it when one of its tasks has failed. Restarts are harmless, because every record is copied
 * exactly once.
 *
 * <p>Nothing starts before {@link #start()}. Thread-safe. A worker of MirrorMaker exits the JVM on an unexpected error,
 * so anything that must survive belongs in another JVM.
 */
public final class Mirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final String CONNECTOR = MirrorSourceConnector.class.getSimpleName();
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);
    private static final Duration INITIAL_BACKOFF = Duration.ofSeconds(1);
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    /** Within this time, a failure may be a stale one that the previous run left in the status topic. */
    private static final Duration STARTUP_GRACE = Duration.ofMinutes(1);

    private final MirrorSettings settings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, FlowStatus> statuses = new HashMap<>();
    private Thread watcher;
    /** Whether a failure was logged, and not all flows run since; used only by the watcher. */
    private boolean outage;

    /** The state of the flow from one data center. */
    public enum FlowState {
        /** The mirror waits for the central cluster, or the workers are starting. */
        STARTING,
        /** The workers run, but the data center has none of the topics. */
        WAITING_FOR_TOPICS,
        RUNNING,
        /** The flow stopped with an error, and will be restarted. */
        FAILED
    }

    /**
     * The state of a flow and its reason.
     *
     * @param detail the error, or empty
     */
    public record FlowStatus(FlowState state, String detail) {
        public FlowStatus {
            Objects.requireNonNull(state, "state");
            Objects.requireNonNull(detail, "detail");
        }
    }

    public Mirror(MirrorSettings settings) {
        this.settings = settings;
        reset(new FlowStatus(FlowState.STARTING, ""));
    }

    /** Starts the supervising thread and returns immediately; see {@link #awaitRunning}. */
    public synchronized void start() {
        if (watcher != null) {
            throw new IllegalStateException("The mirror was already started, and can be started only once.");
        }
        watcher = new Thread(this::runUntilClosed, "mirror");
        watcher.start();
    }

    /** The status of each flow, by the name of its data center. */
    public Map<String, FlowStatus> status() {
        synchronized (statuses) {
            return Map.copyOf(statuses);
        }
    }

    /**
     * Waits until records flow from every data center.
     *
     * @throws IllegalStateException if that takes longer than {@code limit}; the message names the states of all flows
     */
    public void awaitRunning(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (statuses) {
            while (!allRunning()) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMs <= 0) {
                    throw new IllegalStateException("Expected all flows of the mirror to run after " + limit.toSeconds()
                            + " s, found " + statuses);
                }
                try {
                    statuses.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("Interrupted while waiting for the mirror: " + statuses, e);
                }
            }
        }
    }

    private boolean allRunning() {
        return statuses.values().stream().allMatch(status -> status.state() == FlowState.RUNNING);
    }

    private void runUntilClosed() {
        Duration pause = INITIAL_BACKOFF;
        while (!closed(Duration.ZERO)) {
            MirrorMaker maker = null;
            try {
                awaitCentral();
                maker = new MirrorMaker(MirrorProperties.render(settings));
                maker.start();
                pause = INITIAL_BACKOFF;
                watch(maker);
            } catch (Exception | LinkageError e) {
                logFailure(e);
                reset(new FlowStatus(FlowState.FAILED, String.valueOf(e.getMessage())));
            } finally {
                if (maker != null) {
                    maker.stop();
                    // During shutdown of the JVM, MirrorMaker's own hook stops it, and stop() returns immediately.
                    // MirrorMaker must stop before the brokers do, or it waits minutes for them.
                    maker.awaitStop();
                }
            }
            if (closed(pause)) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(MAX_BACKOFF) < 0 ? pause.multipliedBy(2) : MAX_BACKOFF;
        }
    }

    /** Logs an outage once, at its start; {@link #watch} logs its end. */
    private void logFailure(Throwable failure) {
        if (outage) {
            LOG.debug("The mirror stopped again, and is restarted", failure);
        } else {
            outage = true;
            LOG.warn("The mirror stopped; it is restarted until all flows run", failure);
        }
    }

    /** Waits for the central cluster. Without it, MirrorMaker's constructor fails and leaves its port bound. */
    private void awaitCentral() throws Exception {
        Map<String, Object> config = new HashMap<>(settings.central().client());
        config.put("bootstrap.servers", settings.central().bootstrapServers());
        config.put("client.id", "mirror-watch");
        try (Admin admin = Admin.create(config)) {
            admin.describeCluster().clusterId().get();
        }
    }

    private void watch(MirrorMaker maker) throws FlowFailedException {
        long graceEnd = System.nanoTime() + STARTUP_GRACE.toNanos();
        Set<String> ran = new HashSet<>();
        while (!closed(WATCH_INTERVAL)) {
            List<String> failures = new ArrayList<>();
            for (DataCenter dataCenter : settings.dataCenters()) {
                FlowStatus status = statusOf(maker, dataCenter);
                if (status.state() == FlowState.RUNNING) {
                    ran.add(dataCenter.name());
                }
                if (status.state() == FlowState.FAILED
                        && !ran.contains(dataCenter.name())
                        && System.nanoTime() < graceEnd) {
                    status = new FlowStatus(FlowState.STARTING, "");
                }
                set(dataCenter.name(), status);
                if (status.state() == FlowState.FAILED) {
                    failures.add(dataCenter.name() + ": " + status.detail());
                }
            }
            if (outage && allRun()) {
                outage = false;
                LOG.info("All flows of the mirror run again");
            }
            if (!failures.isEmpty()) {
                throw new FlowFailedException(String.join("; ", failures));
            }
        }
    }

    private boolean allRun() {
        synchronized (statuses) {
            return allRunning();
        }
    }

    private static FlowStatus statusOf(MirrorMaker maker, DataCenter dataCenter) {
        ConnectorStateInfo info;
        try {
            info = maker.connectorStatus(new SourceAndTarget(dataCenter.name(), MirrorSettings.CENTRAL), CONNECTOR);
        } catch (NotFoundException e) {
            return new FlowStatus(FlowState.STARTING, ""); // not configured yet
        }
        List<ConnectorStateInfo.AbstractState> parts = new ArrayList<>(info.tasks());
        parts.add(info.connector());
        for (ConnectorStateInfo.AbstractState part : parts) {
            if (part.state().equals("FAILED")) {
                return new FlowStatus(FlowState.FAILED, String.valueOf(part.trace()));
            }
        }
        if (!parts.stream().allMatch(part -> part.state().equals("RUNNING"))) {
            return new FlowStatus(FlowState.STARTING, "");
        }
        return new FlowStatus(info.tasks().isEmpty() ? FlowState.WAITING_FOR_TOPICS : FlowState.RUNNING, "");
    }

    private void set(String dataCenter, FlowStatus status) {
        synchronized (statuses) {
            FlowStatus before = statuses.put(dataCenter, status);
            if (!status.equals(before)) {
                LOG.info("Flow from {} is {}", dataCenter, status.state());
                statuses.notifyAll();
            }
        }
    }

    private void reset(FlowStatus status) {
        for (DataCenter dataCenter : settings.dataCenters()) {
            synchronized (statuses) {
                statuses.put(dataCenter.name(), status);
            }
        }
    }

    /** Waits for the limit or until the mirror is closed, and returns whether it is closed. */
    private boolean closed(Duration limit) {
        try {
            return closing.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Stops copying and waits until it has stopped. Copied records are committed. */
    @Override
    public void close() {
        closing.countDown();
        Thread started;
        synchronized (this) {
            started = watcher;
        }
        if (started == null) {
            return;
        }
        try {
            started.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class FlowFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FlowFailedException(String message) {
            super(message);
        }
    }
}
