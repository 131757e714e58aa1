package io.lightflow.topology.aerospike;

import com.aerospike.client.AerospikeException;
import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.Info;
import com.aerospike.client.cluster.Node;
import com.aerospike.client.policy.InfoPolicy;
import io.lightflow.store.StoreUnavailableException;

/**
 * The key of a cluster: a number that its nodes draw anew whenever one leaves, comes, or is started again. Thread-safe.
 */
final class ClusterKey {
    private static final String COMMAND = "cluster-stable:ignore-migrations=true";

    private final IAerospikeClient client;
    private final String name;
    private final InfoPolicy policy = new InfoPolicy();

    /** @param name of the store, for messages */
    ClusterKey(IAerospikeClient client, String name) {
        this.client = client;
        this.name = name;
    }

    /**
     * The key, on which all nodes agree.
     *
     * @throws StoreUnavailableException if they do not, or one does not answer
     */
    String get() {
        String key = null;
        for (Node node : client.getNodes()) {
            String found = ask(node);
            if (found.startsWith("ERROR") || key != null && !key.equals(found)) {
                throw new StoreUnavailableException(
                        "The " + name + " is being put together: the node " + node.getHost() + " says " + found
                                + (key == null ? "" : ", another " + key),
                        null);
            }
            key = found;
        }
        if (key == null) {
            throw new StoreUnavailableException("The " + name + " has no node that answers", null);
        }
        return key;
    }

    private String ask(Node node) {
        try {
            return Info.request(policy, node, COMMAND);
        } catch (AerospikeException e) {
            throw new StoreUnavailableException(
                    "The node " + node.getHost() + " of the " + name + " does not answer: " + e.getMessage(), e);
        }
    }
}
