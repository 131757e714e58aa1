package io.lightflow.deploy.local;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trident.TridentTopologies;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.storm.Config;
import org.apache.storm.DaemonConfig;
import org.apache.storm.LocalCluster;
import org.apache.storm.ProcessSimulator;
import org.apache.storm.generated.KillOptions;
import org.apache.storm.generated.TopologySummary;
import org.apache.storm.thrift.TException;
import org.apache.storm.utils.Utils;

/** Storm in this process, with a worker for each topology. A process can run it only once at a time. */
final class LocalStorm implements AutoCloseable {
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(20);
    private static final long POLL_NANOS = 50_000_000;
    private static final int SUBMISSIONS = 3;
    private static final String ROOT = "/storm";
    private static final KillOptions AT_ONCE = killOptions();

    private final LocalCluster storm;

    private LocalStorm(LocalCluster storm) {
        this.storm = storm;
    }

    /**
     * Starts the daemons.
     *
     * @param zookeeper one server, {@code host:port}
     * @param topologies how many of them can run
     */
    static LocalStorm start(String zookeeper, int topologies) {
        if (!ProcessSimulator.getAllProcessHandles().isEmpty()) {
            // Closing one instance ends the workers of all.
            throw new IllegalStateException(
                    "A process can run Storm's local mode only once, but another stack in this process still uses it");
        }
        int port = Integer.parseInt(zookeeper.substring(zookeeper.lastIndexOf(':') + 1));
        try {
            forgetTopologies(zookeeper);
            return new LocalStorm(new LocalCluster.Builder()
                    .withSupervisors(1)
                    .withPortsPerSupervisor(topologies)
                    .withDaemonConf(Config.STORM_ZOOKEEPER_SERVERS, List.of("127.0.0.1"))
                    .withDaemonConf(Config.STORM_ZOOKEEPER_PORT, port)
                    .withDaemonConf(Config.STORM_ZOOKEEPER_ROOT, ROOT)
                    .withDaemonConf(Config.STORM_LOCAL_HOSTNAME, "127.0.0.1")
                    // How soon a submitted topology gets a worker, and a killed one loses it.
                    .withDaemonConf(DaemonConfig.NIMBUS_MONITOR_FREQ_SECS, 1)
                    .withDaemonConf(DaemonConfig.SUPERVISOR_MONITOR_FREQUENCY_SECS, 1)
                    .withDaemonConf(Config.SUPERVISOR_WORKER_SHUTDOWN_SLEEP_SECS, 0)
                    .withDaemonConf(
                            DaemonConfig.STORM_METRIC_STORE_CLASS, "org.apache.storm.metricstore.NoOpMetricStore")
                    .build());
        } catch (Exception e) {
            throw new IllegalStateException("Starting Storm failed: " + e, e);
        }
    }

    /**
     * Deletes the topologies of the previous start from ZooKeeper. Storm stores their code in a directory that is new
     * at every start, and would fail to find it. Trident's nodes are elsewhere and stay.
     */
    private static void forgetTopologies(String zookeeper) throws Exception {
        try (CuratorFramework curator = CuratorFrameworkFactory.newClient(zookeeper, new RetryOneTime(1_000))) {
            curator.start();
            curator.delete().quietly().deletingChildrenIfNeeded().forPath(ROOT);
        }
    }

    private static KillOptions killOptions() {
        KillOptions options = new KillOptions();
        options.set_wait_secs(0);
        return options;
    }

    void submit(TopologyDescriptor topology, GroupSettings settings, int parallelism) {
        try {
            submit(topology, settings, parallelism, SUBMISSIONS);
        } catch (Exception e) {
            throw new IllegalStateException("submitting " + topology.stormName(settings.group()) + " failed: " + e, e);
        }
    }

    /**
     * Storm's blob store deletes empty folders when it has started. On a slow machine that is a folder into which a
     * submission is about to write; the submission then fails without an effect.
     */
    private void submit(TopologyDescriptor topology, GroupSettings settings, int parallelism, int attempts)
            throws Exception {
        try {
            storm.submitTopology(
                    topology.stormName(settings.group()),
                    TridentTopologies.config(topology, settings),
                    TridentTopologies.build(topology, settings, parallelism));
        } catch (RuntimeException e) {
            if (attempts == 1 || !Utils.exceptionCauseIsInstanceOf(IOException.class, e)) {
                throw e;
            }
            submit(topology, settings, parallelism, attempts - 1);
        }
    }

    /** Ends a topology at once; returns when it has ended and its name is free again. */
    void kill(String name) {
        try {
            storm.killTopologyWithOpts(name, AT_ONCE);
            long deadline = System.nanoTime() + KILL_TIMEOUT.toNanos();
            while (isThere(name)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("it still exists after " + KILL_TIMEOUT);
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        } catch (Exception e) {
            throw new IllegalStateException("killing " + name + " failed: " + e, e);
        }
    }

    /** A topology that is no longer listed still runs until its only worker has stopped. */
    private boolean isThere(String name) throws TException {
        List<TopologySummary> topologies = storm.getTopologySummaries();
        return topologies.stream().anyMatch(topology -> topology.get_name().equals(name))
                || ProcessSimulator.getAllProcessHandles().size() > topologies.size();
    }

    /**
     * Kills the topologies first: a cluster that still has workers warns of each that takes longer than a second. Storm
     * ends the whole JVM, or blocks its end, when it stops while it starts a worker.
     */
    @Override
    public void close() {
        try {
            await(() -> ProcessSimulator.getAllProcessHandles().size()
                    >= storm.getTopologySummaries().size());
            for (TopologySummary topology : storm.getTopologySummaries()) {
                storm.killTopologyWithOpts(topology.get_name(), AT_ONCE);
            }
            await(() -> storm.getTopologySummaries().isEmpty()
                    && ProcessSimulator.getAllProcessHandles().isEmpty());
            storm.close();
        } catch (Exception e) {
            throw new IllegalStateException("Storm cannot be stopped: " + e, e);
        }
    }

    /** Waits for Storm's workers, but not for ever: what is closed afterwards ends them, too. */
    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + WORKER_TIMEOUT.toNanos();
        while (!condition.call() && deadline - System.nanoTime() > 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
