package io.lightflow.topology.settings;

/** The topologies of a group. */
public enum TopologyKind {
    DATAFLOW("dataflow"),
    STATS_COUNTER("stats-counter");

    private final String word;

    TopologyKind(String word) {
        this.word = word;
    }

    /** Name in commands, ledgers and ZooKeeper. */
    public String word() {
        return word;
    }

    /** The name under which Storm knows it. */
    public String topologyName(String group) {
        return "lightflow-" + word + "-" + group;
    }

    /** The id of its spout's transactions in Trident's part of ZooKeeper. */
    public String transactionId(String group) {
        return topologyName(group);
    }
}
