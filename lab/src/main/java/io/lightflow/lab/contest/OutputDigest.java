package io.lightflow.lab.contest;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The joined events, whatever their order: how many there are of each kind, and the sum of their fingerprints. A
 * missing, repeated or differing event changes the sum. Not thread-safe.
 */
final class OutputDigest {
    /** The kinds of joined events. */
    enum Kind {
        IMPRESSION,
        CLICK,
        CONVERSION
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<Kind, Long> sums = new EnumMap<>(Kind.class);

    OutputDigest() {
        for (Kind kind : Kind.values()) {
            counts.put(kind, 0L);
            sums.put(kind, 0L);
        }
    }

    void add(Kind kind, long fingerprint) {
        counts.merge(kind, 1L, Long::sum);
        sums.merge(kind, fingerprint, Long::sum);
    }

    long count() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Describes the differences from the expected digest; empty if there are none. */
    List<String> differences(OutputDigest expected) {
        List<String> differences = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (!counts.get(kind).equals(expected.counts.get(kind))) {
                differences.add("joined events of kind %s: expected %d, found %d"
                        .formatted(kind, expected.counts.get(kind), counts.get(kind)));
            } else if (!sums.get(kind).equals(expected.sums.get(kind))) {
                differences.add(
                        "joined events of kind %s: expected the content of the answer, found another".formatted(kind));
            }
        }
        return differences;
    }
}
