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
 * A MirrorMaker 2 inside this JVM, with a thread that watches it: it is started when the central cluster answers, and
 * started again when one of its tasks has failed. Because every record is copied exactly once, starting again does no
 * harm.
 *
 * <p>Nothing starts before {@link #start()}. All methods may be called from any thread. When a worker of MirrorMaker
 * meets an error that it cannot name, it exits the JVM: what must not end with it runs in another one.
 */
public final class Mirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final String CONNECTOR = MirrorSourceConnector.class.getSimpleName();
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Until then a failure may be one that the run before has left in the status topic. */
    private static final Duration SETTLING = Duration.ofMinutes(1);

    private final MirrorSettings settings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, FlowStatus> statuses = new HashMap<>();
    private Thread watcher;

    /** Where the flow from one data center is. */
    public enum FlowState {
        /** Not yet, or no longer: the central cluster is waited for, or the workers are starting. */
        STARTING,
        /** Everything works, but the data center has none of the topics. */
        WAITING_FOR_TOPICS,
        RUNNING,
        /** It stopped with an error, and will be started again. */
        FAILED
    }

    /**
     * The state of a flow, and why it is in it.
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

    /** Starts the thread that starts the mirror, and returns at once; see {@link #awaitRunning}. */
    public synchronized void start() {
        if (watcher != null) {
            throw new IllegalStateException("The mirror was started already, and cannot be started a second time.");
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
     * @throws IllegalStateException when that takes longer than {@code limit}; it names the flows that do not run
     */
    public void awaitRunning(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (statuses) {
            while (!allRunning()) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMs <= 0) {
                    throw new IllegalStateException(
                            "The mirror does not run after " + limit.toSeconds() + " s: " + statuses);
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
        Duration pause = FIRST_PAUSE;
        while (!closed(Duration.ZERO)) {
            MirrorMaker maker = null;
            try {
                awaitCentral();
                maker = new MirrorMaker(MirrorProperties.render(settings));
                maker.start();
                pause = FIRST_PAUSE;
                watch(maker);
            } catch (Exception | LinkageError e) {
                LOG.warn("The mirror stopped; it starts again in {} s", pause.toSeconds(), e);
                reset(new FlowStatus(FlowState.FAILED, String.valueOf(e.getMessage())));
            } finally {
                if (maker != null) {
                    maker.stop();
                    // At the end of a JVM it stops itself by its own hook, and what was called here returns at once. It
                    // must have stopped before the brokers do, or it waits for them for minutes.
                    maker.awaitStop();
                }
            }
            if (closed(pause)) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** MirrorMaker gives up, and leaves its port bound, if it cannot reach the central cluster when it is made. */
    private void awaitCentral() throws Exception {
        Map<String, Object> config = new HashMap<>(settings.central().client());
        config.put("bootstrap.servers", settings.central().bootstrapServers());
        config.put("client.id", "mirror-watch");
        try (Admin admin = Admin.create(config)) {
            admin.describeCluster().clusterId().get();
        }
    }

    private void watch(MirrorMaker maker) throws FlowFailedException {
        long settled = System.nanoTime() + SETTLING.toNanos();
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
                        && System.nanoTime() < settled) {
                    status = new FlowStatus(FlowState.STARTING, "");
                }
                set(dataCenter.name(), status);
                if (status.state() == FlowState.FAILED) {
                    failures.add(dataCenter.name() + ": " + status.detail());
                }
            }
            if (!failures.isEmpty()) {
                throw new FlowFailedException(String.join("; ", failures));
            }
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

    /** Waits for that long, or until the mirror is closed; says whether it is. */
    private boolean closed(Duration limit) {
        try {
            return closing.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Stops copying, and waits until it has stopped; what was copied is committed. */
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
