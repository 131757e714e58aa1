package io.lightflow.topology.metrics;

import io.lightflow.topology.settings.MetricsSection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of this process and their endpoint, which its tasks share. The first task opens the endpoint, by its
 * settings, and the last one closes it. A process that cannot export its metrics works all the same.
 */
public final class WorkerMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerMetrics.class);
    private static final Set<String> ALL_ADDRESSES = Set.of("0.0.0.0", "::", "[::]");
    private static final Object LOCK = new Object();

    /** Null while no task uses it. Guarded by {@link #LOCK}. */
    private static Shared shared;

    /** Guarded by {@link #LOCK}. */
    private static final class Shared {
        final TopologyMetrics metrics = new TopologyMetrics(InstantSource.system());
        /** Closed from the last to the first. */
        final Deque<AutoCloseable> opened = new ArrayDeque<>();

        int users;
    }

    private final Shared own;
    private final AtomicBoolean closed = new AtomicBoolean();

    private WorkerMetrics(Shared own) {
        this.own = own;
    }

    /** To be closed by whoever acquired it. */
    public static WorkerMetrics acquire(MetricsSection settings) {
        synchronized (LOCK) {
            if (shared == null) {
                shared = new Shared();
                if (settings.enabled()) {
                    open(settings, shared);
                }
            }
            shared.users++;
            return new WorkerMetrics(shared);
        }
    }

    private static void open(MetricsSection settings, Shared worker) {
        try {
            MetricsEndpoint endpoint =
                    MetricsEndpoint.open(settings, worker.metrics.registry(), worker.metrics::shards);
            worker.opened.push(endpoint);
            if (settings.targets() != null) {
                worker.opened.push(TargetFile.write(settings.targets(), reachable(settings.host()), endpoint.port()));
            }
            LOG.info("Metrics at http://{}:{}/metrics", settings.host(), endpoint.port());
        } catch (UncheckedIOException e) {
            LOG.warn("This worker is not monitored: {}", e.getMessage());
        } catch (IOException e) {
            LOG.warn("Prometheus does not find this worker: it cannot be named in {}: {}", settings.targets(), e);
        }
    }

    private static String reachable(String host) throws IOException {
        return ALL_ADDRESSES.contains(host) ? InetAddress.getLocalHost().getHostName() : host;
    }

    /** Where tasks report. */
    public TopologyMetrics metrics() {
        return own.metrics;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (LOCK) {
            own.users--;
            if (own.users > 0) {
                return;
            }
            shared = null;
            while (!own.opened.isEmpty()) {
                try {
                    own.opened.pop().close();
                } catch (Exception e) {
                    LOG.warn("The endpoint of the metrics did not close cleanly", e);
                }
            }
        }
    }
}
