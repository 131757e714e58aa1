package io.lightflow.lab.feed;

/** A way for events to the Kafka of their data centers, in place of a Kafka producer. Used by one thread. */
public interface EventRoute {
    /**
     * Sends an event; it may return before Kafka has the event.
     *
     * @throws FeedException if an earlier event was not accepted
     */
    void send(FeedEvent event);

    /**
     * Returns when Kafka has all events that were sent.
     *
     * @throws FeedException if one was not accepted
     */
    void flush();
}
