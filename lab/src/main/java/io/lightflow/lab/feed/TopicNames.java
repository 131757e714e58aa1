package io.lightflow.lab.feed;

import io.lightflow.event.EventType;

/** The naming scheme of a data center's topics. */
@FunctionalInterface
public interface TopicNames {
    /** On each data center's own cluster: {@code clicks}. */
    TopicNames FRONT = (dc, type) -> type.plural();

    /** On the central cluster, past the mirror: {@code us-west.clicks}. */
    TopicNames CENTRAL = (dc, type) -> type.centralTopic(dc);

    String topic(String dc, EventType type);
}
