package io.lightflow.lab.feed;

/** A way for events to the Kafka of their data centers, beside or in place of a Kafka producer. Used by one thread. */
public interface EventRoute {
    /** Whether it takes this event; a Kafka producer sends the others. */
    default boolean takes(FeedEvent event) {
        return true;
    }

    /**
     * Sends an event; it may return before Kafka has the event.
     *
     * @throws FeedException if an earlier event was not accepted
     */
    void send(FeedEvent event);

    /**
     * A lower bound of the times of the events that Kafka may still lack, in ms since the Unix epoch;
     * {@link Long#MAX_VALUE} if it has all of them. Beacons rely on it.
     *
     * @throws FeedException if one was not accepted
     */
    long horizonMs();

    /**
     * Returns when Kafka has all events that were sent.
     *
     * @throws FeedException if one was not accepted
     */
    void flush();
}
