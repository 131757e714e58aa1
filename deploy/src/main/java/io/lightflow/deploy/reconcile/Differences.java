package io.lightflow.deploy.reconcile;

import java.util.ArrayList;
import java.util.List;

/** Collects differences. It counts all of them and keeps the first ones. Not thread-safe. */
final class Differences {
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

    /**
     * Adds the rows of a query: it counts them all, and reads the first ones.
     *
     * @param query of rows that differ, in any order
     * @param order names or numbers of columns that sort them
     */
    void addAll(ScratchDatabase database, String query, String order, ScratchDatabase.Row<Difference> row) {
        long found = database.count("(" + query + ")");
        if (found > 0) {
            List<Difference> first = database.query(
                    query + " ORDER BY " + order + " LIMIT " + Math.max(0, MAX_NAMED - named.size()), row);
            named.addAll(first);
            count += found;
        }
    }

    long count() {
        return count;
    }

    List<Difference> named() {
        return List.copyOf(named);
    }
}
