package io.lightflow.topology.aerospike;

import com.aerospike.client.IAerospikeClient;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks every node whether its namespace keeps what is written to it for as long as the join needs it. */
final class NamespaceCheck {
    private final String namespace;
    private final String name;
    private final Duration retention;

    /** @param name of the store, for messages */
    NamespaceCheck(String namespace, String name, Duration retention) {
        this.namespace = namespace;
        this.name = name;
        this.retention = retention;
    }

    /**
     * The longest time for which a write may be only in a node's memory.
     *
     * @throws AerospikeSetupException if a namespace would lose cells; the message names all settings to change
     * @throws io.lightflow.store.StoreUnavailableException if a node does not answer
     */
    Duration check(IAerospikeClient client) {
        return check(NodeAnswers.of(client, namespace, name));
    }

    Duration check(List<NodeAnswers> nodes) {
        Set<String> wrong = new LinkedHashSet<>();
        Duration longestFlush = Duration.ZERO;
        for (NodeAnswers node : nodes) {
            Map<String, String> found = node.namespace();
            if (!found.containsKey("ns_cluster_size")) {
                throw new AerospikeSetupException("The " + name + " does not exist on the node " + node.node()
                        + ", which has " + node.namespaces() + ". Add it to aerospike.conf, or correct"
                        + " store.aerospike.namespace");
            }
            checkStorage(found, wrong);
            checkTimeToLive(found, wrong);
            checkCopies(found, node.service(), wrong);
            Duration flush = Duration.ofMillis(number(found, "storage-engine.flush-max-ms"));
            longestFlush = flush.compareTo(longestFlush) > 0 ? flush : longestFlush;
        }
        if (!wrong.isEmpty()) {
            throw new AerospikeSetupException(
                    "The " + name + " would lose cells, or does not take them:\n  - " + String.join("\n  - ", wrong));
        }
        return longestFlush;
    }

    private void checkStorage(Map<String, String> found, Set<String> wrong) {
        if (is(found, "stop_writes")) {
            wrong.add("it refuses writes now (stop_writes): data_used_pct is " + found.get("data_used_pct")
                    + " (stop-writes-used-pct " + found.get("storage-engine.stop-writes-used-pct")
                    + "), data_avail_pct " + found.get("data_avail_pct") + " (stop-writes-avail-pct "
                    + found.get("storage-engine.stop-writes-avail-pct") + "), index_used_bytes "
                    + found.get("index_used_bytes") + " (indexes-memory-budget " + found.get("indexes-memory-budget")
                    + ", stop-writes-sys-memory-pct " + found.get("stop-writes-sys-memory-pct")
                    + "). Add devices, memory or nodes, or raise the limit that is reached");
        }
        if (is(found, "clock_skew_stop_writes")) {
            wrong.add("it refuses writes because its nodes' clocks differ: run NTP on them");
        }
        long recordBytes = number(found, "max-record-size");
        if (recordBytes != 0 && recordBytes < RecordLayout.MAX_RECORD_BYTES) {
            wrong.add("max-record-size is " + recordBytes + ", expected at least " + RecordLayout.MAX_RECORD_BYTES
                    + ": set `max-record-size 1M`");
        }
        boolean onDisk = found.keySet().stream()
                .anyMatch(key -> key.startsWith("storage-engine.file[") || key.startsWith("storage-engine.device["));
        if (!onDisk) {
            wrong.add("it is kept in memory only, and would be empty after a restart: name a file or a device in its"
                    + " storage-engine");
        }
        if (is(found, "storage-engine.cold-start-empty")) {
            wrong.add("cold-start-empty is true: a restart would lose everything. Set it to false");
        }
        for (String evict : List.of(
                "storage-engine.evict-used-pct",
                "index-type.evict-mounts-pct",
                "evict-indexes-memory-pct",
                "evict-sys-memory-pct")) {
            if (number(found, evict) > 0) {
                wrong.add(evict.replace("storage-engine.", "") + " is " + found.get(evict)
                        + ": it would delete cells that are still needed. Set it to 0, and watch stop_writes");
            }
        }
    }

    private void checkTimeToLive(Map<String, String> found, Set<String> wrong) {
        if (number(found, "nsup-period") == 0 && !is(found, "allow-ttl-without-nsup")) {
            wrong.add("nsup-period is 0, so that it refuses a time-to-live: set `nsup-period 120`");
        }
        long defaultTtl = number(found, "default-ttl");
        if (defaultTtl > 0 && defaultTtl < retention.toSeconds()) {
            wrong.add("default-ttl is " + defaultTtl + " s, less than the " + retention.toSeconds()
                    + " s for which the join needs a cell: set `default-ttl 0`, which means no limit; the topology sets"
                    + " its own on every record");
        }
    }

    private static void checkCopies(Map<String, String> found, Map<String, String> service, Set<String> wrong) {
        if (is(found, "disable-write-dup-res")) {
            wrong.add(
                    "disable-write-dup-res is true: a write while partitions move could replace a row by an older copy."
                            + " Set it to false");
        }
        if (!found.getOrDefault("write-commit-level-override", "off").equals("off")
                && !found.get("write-commit-level-override").equals("all")) {
            wrong.add("write-commit-level-override is " + found.get("write-commit-level-override") + ": set it to off");
        }
        if (found.getOrDefault("read-consistency-level-override", "off").equals("one")) {
            wrong.add("read-consistency-level-override is one: set it to off");
        }
        long nodes = number(found, "ns_cluster_size");
        long copies = number(found, "effective_replication_factor");
        long least = Math.max(nodes - copies + 1, nodes / 2 + 1);
        long set = number(service, "min-cluster-size");
        long wanted = number(found, "replication-factor");
        if (copies < wanted) {
            wrong.add("replication-factor is " + wanted + ", but there are nodes for " + copies + " only, cluster size "
                    + nodes + ": start the others, or set `replication-factor " + copies + "` if there are none");
        }
        if (nodes > 1 && !is(found, "strong-consistency") && set < least) {
            wrong.add("min-cluster-size is " + set + " in a cluster of " + nodes + " with " + copies
                    + " copies: without the nodes that hold a row, or cut off from them, the others would say that"
                    + " there is none. Set `min-cluster-size " + least + "` in the service section of every node");
        }
    }

    private static boolean is(Map<String, String> found, String key) {
        return "true".equals(found.get(key));
    }

    private static long number(Map<String, String> found, String key) {
        String value = found.getOrDefault(key, "0");
        try {
            return (long) Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new AerospikeSetupException(
                    "The node says " + key + "=" + value + ", expected a number. Is it a server of version 8?", e);
        }
    }
}
