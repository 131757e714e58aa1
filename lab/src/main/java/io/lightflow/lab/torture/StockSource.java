package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.event.EventType;
import java.util.List;

/** The topics that the stock topology counts. */
enum StockSource {
    /** The topic of one data center, written without transactions: every offset holds a record. */
    PLAIN(Stage.GROUP.dcs().get(0), List.of(EventType.IMPRESSION.plural())),
    /**
     * The central topics, which MirrorMaker writes in transactions: each transaction ends with an offset without a
     * record.
     */
    TRANSACTIONAL(
            ClusterSettings.CENTRAL,
            Stage.GROUP.dcs().stream().map(EventType.IMPRESSION::centralTopic).toList());

    private final String kafka;
    private final List<String> topics;

    StockSource(String kafka, List<String> topics) {
        this.kafka = kafka;
        this.topics = topics;
    }

    /** Name of the Kafka cluster that holds the topics. */
    String kafka() {
        return kafka;
    }

    List<String> topics() {
        return topics;
    }

    /** Description for use inside a sentence. */
    String inWords() {
        return this == PLAIN
                ? "the topic of " + kafka + ", which is written without transactions"
                : "the " + kafka + " topics, which MirrorMaker writes in transactions";
    }
}
