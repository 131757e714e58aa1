package io.lightflow.topology.certificate;

import java.util.HashSet;
import java.util.Set;

/**
 * The last records, beacons too, that the join has read of a light topic. What a front cluster has before one of them
 * has been passed by the mirror, which keeps the order. Not thread-safe.
 */
final class Tail {
    private static final int LENGTH = 256;

    private final Fingerprint[] last = new Fingerprint[LENGTH];
    private int next;

    void add(LightRecord record) {
        last[next] = record.fingerprint();
        next = (next + 1) % LENGTH;
    }

    Set<Fingerprint> fingerprints() {
        Set<Fingerprint> set = new HashSet<>();
        for (Fingerprint fingerprint : last) {
            if (fingerprint != null) {
                set.add(fingerprint);
            }
        }
        return set;
    }
}
