package io.lightflow.producer;

import java.time.Duration;

/** Takes events, and sees to it that they get to Kafka. Thread-safe; started once, closed once. */
interface Outbox {
    void start();

    /** @throws NotTakenException if there is no room, and the policy is not to drop */
    Outcome put(Outgoing event);

    /** Sends beacons of this time soon, unless events are held back. */
    void vouch(long timeMs);

    /** What has to be done now and then. */
    void tick();

    /** Size of what is kept in files. */
    long bytesOnDisk();

    /**
     * @param timeout for what is on its way
     * @throws NotDeliveredException if events are lost
     */
    void close(Duration timeout);
}
