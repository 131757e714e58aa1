package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.List;

/** Collects the differences of a shard. It counts all of them and keeps the first ones. Not thread-safe. */
final class DifferenceList {
    /** More examples would tell an operator nothing new. */
    static final int MAX_NAMED = 100;

    private final List<Difference> named = new ArrayList<>();
    private long count;

    void add(Difference difference) {
        count++;
        if (named.size() < MAX_NAMED) {
            named.add(difference);
        }
    }

    long count() {
        return count;
    }

    List<Difference> named() {
        return List.copyOf(named);
    }
}
