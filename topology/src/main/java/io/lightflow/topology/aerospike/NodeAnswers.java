package io.lightflow.topology.aerospike;

import com.aerospike.client.AerospikeException;
import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.Info;
import com.aerospike.client.cluster.Node;
import com.aerospike.client.policy.InfoPolicy;
import io.lightflow.store.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node's report about a namespace and about itself.
 *
 * @param node where it is
 * @param namespaces the names of its namespaces
 * @param namespace settings and state of the namespace; only an error if there is none
 * @param service settings of the node
 */
record NodeAnswers(String node, String namespaces, Map<String, String> namespace, Map<String, String> service) {

    /**
     * Asks every node.
     *
     * @param name of the store, for messages
     * @throws StoreUnavailableException if a node does not respond
     */
    static List<NodeAnswers> of(IAerospikeClient client, String namespace, String name) {
        List<NodeAnswers> answers = new ArrayList<>();
        for (Node node : client.getNodes()) {
            answers.add(parse(
                    node.getHost().toString(),
                    ask(node, "namespaces", name),
                    ask(node, "namespace/" + namespace, name),
                    ask(node, "get-config:context=service", name)));
        }
        return answers;
    }

    static NodeAnswers parse(String node, String namespaces, String namespace, String service) {
        return new NodeAnswers(node, namespaces, pairs(namespace), pairs(service));
    }

    private static Map<String, String> pairs(String answer) {
        Map<String, String> found = new HashMap<>();
        for (String pair : answer.split(";")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                found.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return found;
    }

    private static String ask(Node node, String command, String name) {
        try {
            return Info.request(new InfoPolicy(), node, command);
        } catch (AerospikeException e) {
            throw new StoreUnavailableException(
                    "The node " + node.getHost() + " of the " + name + " does not answer: " + e.getMessage(), e);
        }
    }
}
