package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.List;

/** Collects the differences of a shard; all are counted, the first ones are named. Not thread-safe. */
final class Differences {
    /** Who has more of them learns nothing from the next. */
    static final int MOST_NAMED = 100;

    private final List<Difference> named = new ArrayList<>();
    private long count;

    void add(Difference difference) {
        count++;
        if (named.size() < MOST_NAMED) {
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
