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

/** Asks the Nimbus of a cluster. A connection per question: Nimbus may have been killed in between. Thread-safe. */
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

    /** Nimbus answers and leads. */
    Readiness nimbusLeads() {
        return () -> {
            Probes.accepts(nimbusPort).check();
            try (NimbusClient client = connect()) {
                if (!client.getClient().getLeader().is_isLeader()) {
                    throw new IOException("Nimbus on port " + nimbusPort + " does not lead yet");
                }
            }
        };
    }

    /** The Supervisor answers, and Nimbus knows of it. */
    Readiness supervisorIsKnown(int supervisorPort) {
        return () -> {
            Probes.accepts(supervisorPort).check();
            Probes.accepts(nimbusPort).check();
            try (NimbusClient client = connect()) {
                if (client.getClient().getClusterInfo().get_supervisors_size() == 0) {
                    throw new IOException("Nimbus on port " + nimbusPort + " knows of no Supervisor yet");
                }
            }
        };
    }

    /** The topologies of the cluster, those that are being killed included. */
    List<TopologySummary> topologies() throws TException {
        try (NimbusClient client = connect()) {
            return client.getClient().getClusterInfo().get_topologies();
        }
    }

    /**
     * Kills a topology at once, without the time for its tuples to be done.
     *
     * @return whether there was one of that name
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
