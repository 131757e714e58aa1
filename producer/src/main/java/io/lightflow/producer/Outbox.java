package io.lightflow.producer;

import java.time.Duration;

/** Accepts events and delivers them to Kafka. Thread-safe; started once, closed once. */
interface Outbox {
    void start();

    /** @throws NotAcceptedException if there is no room and the policy does not drop events */
    SendOutcome put(OutgoingEvent event);

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
