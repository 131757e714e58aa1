package io.lightflow.lab.feed;

import io.lightflow.event.EventType;

/** Which topic the events of a data center go to. */
@FunctionalInterface
public interface TopicNames {
    /** On each data center's own cluster: {@code clicks}. */
    TopicNames FRONT = (dc, type) -> type.plural();

    /** On the central cluster, past the mirror: {@code us-west.clicks}. */
    TopicNames CENTRAL = (dc, type) -> type.centralTopic(dc);

    String topic(String dc, EventType type);
}
