package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.generated.KillOptions;
import org.apache.storm.generated.NotAliveException;
import org.apache.storm.generated.TopologySummary;
import org.apache.storm.thrift.TException;
import org.apache.storm.utils.NimbusClient;
import org.apache.storm.utils.Utils;

/**
 * Sends requests to the Nimbus of a cluster. Each request uses a new connection, because Nimbus may have been killed in
 * between. Thread-safe.
 */
final class StormClient {
    private static final int TIMEOUT_MS = 3_000;

    private final int nimbusPort;
    private final Map<String, Object> config;

    StormClient(int nimbusPort) {
        this.nimbusPort = nimbusPort;
        this.config = new HashMap<>(Utils.readDefaultConfig());
        config.put(Config.NIMBUS_SEEDS, List.of("127.0.0.1"));
        config.put(Config.NIMBUS_THRIFT_PORT, nimbusPort);
        config.put(Config.STORM_NIMBUS_RETRY_TIMES, 1);
        config.put(Config.STORM_NIMBUS_RETRY_INTERVAL, 100);
        config.put(Config.STORM_NIMBUS_RETRY_INTERVAL_CEILING, 100);
    }

    /** Nimbus responds and is the leader. */
    Readiness nimbusLeads() {
        return () -> {
            ReadinessProbes.accepts(nimbusPort).check();
            try (NimbusClient client = connect()) {
                if (!client.getClient().getLeader().is_isLeader()) {
                    throw new IOException("Nimbus on port " + nimbusPort + " is not the leader yet");
                }
            }
        };
    }

    /** The Supervisor responds, and Nimbus has registered it. */
    Readiness supervisorIsKnown(int supervisorPort) {
        return () -> {
            ReadinessProbes.accepts(supervisorPort).check();
            ReadinessProbes.accepts(nimbusPort).check();
            try (NimbusClient client = connect()) {
                if (client.getClient().getClusterInfo().get_supervisors_size() == 0) {
                    throw new IOException("Nimbus on port " + nimbusPort + " has no registered Supervisor yet");
                }
            }
        };
    }

    /** The topologies of the cluster, including those that are being killed. */
    List<TopologySummary> topologies() throws TException {
        try (NimbusClient client = connect()) {
            return client.getClient().getClusterInfo().get_topologies();
        }
    }

    /**
     * Kills a topology immediately, without waiting for its tuples.
     *
     * @return whether a topology of that name existed
     */
    boolean kill(String topology) throws TException {
        KillOptions options = new KillOptions();
        options.set_wait_secs(0);
        try (NimbusClient client = connect()) {
            client.getClient().killTopologyWithOpts(topology, options);
            return true;
        } catch (NotAliveException e) {
            return false;
        }
    }

    private NimbusClient connect() throws TException {
        try {
            return NimbusClient.Builder.withConf(config)
                    .withTimeout(TIMEOUT_MS)
                    .buildWithNimbusHostPort("127.0.0.1", nimbusPort);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof TException refused) {
                throw refused;
            }
            throw e;
        }
    }
}
