package io.lightflow.topology.simulation;

import io.lightflow.sink.Commit;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.postgres.WrittenRows;
import io.lightflow.topology.postgres.WrittenRows.Addition;
import io.lightflow.topology.postgres.WrittenRows.Row;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The statistics tables, written in the order of the real sink. A row is locked from its write to the end of its
 * transaction. Writers that lock rows in different orders can deadlock, which fails an assertion.
 */
final class StatisticsTables implements Outputs<Statistics> {
    private final Map<Row, Counts> rows = new HashMap<>();
    private final Map<Row, Integer> numbers = new HashMap<>();
    /** Rows that a writer locked after a row, by number of that row. */
    private final List<BitSet> lockedAfter = new ArrayList<>();

    private long commits;

    /** One transaction of PostgreSQL. */
    private final class Writing implements Transaction {
        private final List<Addition> additions;

        Writing(List<Addition> additions) {
            this.additions = additions;
        }

        /** A lost or fenced connection is rolled back, which needs no state here. */
        @Override
        public void send(int parts) {
            lockInOrder(additions.subList(0, parts));
        }

        @Override
        public int size() {
            return additions.size();
        }

        @Override
        public boolean isAborted() {
            return false;
        }

        @Override
        public void commit() {
            for (Addition addition : additions) {
                rows.computeIfAbsent(addition.row(), absent -> new Counts()).add(addition.counts());
            }
            commits++;
        }
    }

    @Override
    public Transaction begin(Commit<Statistics> commit) {
        return new Writing(WrittenRows.of(commit.output()));
    }

    @Override
    public void takeOver(int shard) {
        // PostgreSQL waits for an active transaction; here only one is active at a time.
    }

    private void lockInOrder(List<Addition> additions) {
        int[] locked = additions.stream()
                .mapToInt(addition -> number(addition.row()))
                .distinct()
                .toArray();
        BitSet held = new BitSet();
        for (int row : locked) {
            if (lockedAfter.get(row).intersects(held)) {
                throw new AssertionError(
                        "two writers can deadlock: a row is locked after one that another commit locked after it");
            }
            held.set(row);
        }
        BitSet later = new BitSet();
        for (int i = locked.length - 1; i >= 0; i--) {
            lockedAfter.get(locked[i]).or(later);
            later.set(locked[i]);
        }
    }

    private int number(Row row) {
        return numbers.computeIfAbsent(row, absent -> {
            lockedAfter.add(new BitSet());
            return lockedAfter.size() - 1;
        });
    }

    /** The rows of all tables. */
    Map<Row, Counts> rows() {
        return rows;
    }

    /** Number of transactions. */
    long commits() {
        return commits;
    }
}
