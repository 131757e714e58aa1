package io.lightflow.topology.certificate;

import java.util.HashSet;
import java.util.Set;

/**
 * The last records of a light topic, beacons included, that the join has read. The mirror keeps the order, so it has
 * passed every record that a front cluster has before one of them. Not thread-safe.
 */
final class TopicEnd {
    private static final int LENGTH = 256;

    private final EventFingerprint[] last = new EventFingerprint[LENGTH];
    private int next;

    void add(LightRecord record) {
        last[next] = record.fingerprint();
        next = (next + 1) % LENGTH;
    }

    Set<EventFingerprint> fingerprints() {
        Set<EventFingerprint> set = new HashSet<>();
        for (EventFingerprint fingerprint : last) {
            if (fingerprint != null) {
                set.add(fingerprint);
            }
        }
        return set;
    }
}
