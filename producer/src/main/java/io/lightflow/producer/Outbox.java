package io.lightflow.producer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Accepts events and delivers them to Kafka. Thread-safe; started once, closed once. */
interface Outbox {
    void start();

    /** @throws NotAcceptedException if there is no room and the policy does not drop events */
    SendOutcome put(OutgoingEvent event);

    /**
     * Accepts an event, and completes with null when it is durable: on disk, or acknowledged by Kafka if nothing is
     * kept on disk. Fails with {@link NotAcceptedException} otherwise.
     */
    CompletableFuture<Void> putDurably(OutgoingEvent event);

    /** Requests beacons with this time. They are sent soon, unless events are held back. */
    void requestBeacons(long timeMs);

    /** Runs periodic housekeeping. */
    void tick();

    /** The size of the spool's files. */
    long bytesOnDisk();

    /**
     * @param timeout for events in flight
     * @throws NotDeliveredException if events are lost
     */
    void close(Duration timeout);
}
