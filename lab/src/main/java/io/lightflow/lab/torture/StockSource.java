package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.event.EventType;
import java.util.List;

/** Which topics the stock topology counts. */
enum StockSource {
    /** A data center's own topic, written without transactions: no offset of it is left out. */
    PLAIN(Stage.GROUP.dcs().get(0), List.of(EventType.IMPRESSION.plural())),
    /** The central topics, which MirrorMaker writes in transactions: each takes an offset that no record has. */
    TRANSACTIONAL(
            ClusterSettings.CENTRAL,
            Stage.GROUP.dcs().stream().map(EventType.IMPRESSION::centralTopic).toList());

    private final String kafka;
    private final List<String> topics;

    StockSource(String kafka, List<String> topics) {
        this.kafka = kafka;
        this.topics = topics;
    }

    /** The name of the Kafka that holds them. */
    String kafka() {
        return kafka;
    }

    List<String> topics() {
        return topics;
    }

    /** In the middle of a sentence. */
    String inWords() {
        return this == PLAIN
                ? "a topic that was written without transactions, " + kafka + "'s own"
                : "topics that were written in transactions, the " + kafka + " ones, as MirrorMaker makes them";
    }
}
