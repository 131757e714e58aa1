package io.lightflow.sink;

import io.lightflow.position.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sink in memory, for tests of its callers. Its {@link Store} outlives it and can be made to fail. */
public final class MemorySink<O> implements Sink<O> {

    /** The point at which the store fails. */
    public enum Moment {
        /** Before any part of the commit is made. */
        BEFORE_COMMIT,
        /** After the commit is made, without an answer to its writer. */
        AFTER_COMMIT
    }

    /** Ledger and committed outputs. Thread-safe. */
    public static final class Store<O> {
        private final Map<Integer, Position> positions = new HashMap<>();
        private final Map<Integer, Integer> epochs = new HashMap<>();
        private final List<O> outputs = new ArrayList<>();
        private final List<Moment> failures = new ArrayList<>();
        private final Set<Integer> released = new HashSet<>();
        private int openFailures;

        /** The committed outputs, in the order of their commits. */
        public synchronized List<O> outputs() {
            return List.copyOf(outputs);
        }

        public synchronized Position position(int shard) {
            return positions.getOrDefault(shard, Position.START);
        }

        /** The shards that their owners have released. */
        public synchronized Set<Integer> released() {
            return Set.copyOf(released);
        }

        /** Sets the ledger of a shard, as an operator with an editor would. */
        public synchronized void set(int shard, Position position) {
            positions.put(shard, position);
        }

        /** Makes one of the next commits fail. Several calls make several commits fail. */
        public synchronized void failNext(Moment moment) {
            failures.add(moment);
        }

        /** Makes one of the next openings of a shard fail. Several calls make several openings fail. */
        public synchronized void failNextOpen() {
            openFailures++;
        }

        private synchronized int open(int shard) {
            if (openFailures > 0) {
                openFailures--;
                throw unavailable();
            }
            released.remove(shard);
            return epochs.merge(shard, 1, Integer::sum);
        }

        private synchronized void release(int shard) {
            released.add(shard);
        }

        private synchronized void commit(Commit<O> commit, Map<Integer, Integer> held) {
            Moment failure = failures.isEmpty() ? null : failures.remove(0);
            if (failure == Moment.BEFORE_COMMIT) {
                throw unavailable();
            }
            for (ShardMove move : commit.moves()) {
                int shard = move.shard();
                if (!held.containsKey(shard)) {
                    throw new IllegalStateException("open shard " + shard + " before committing to it");
                }
                if (!held.get(shard).equals(epochs.get(shard))
                        || !position(shard).equals(move.expected())) {
                    throw new FencedException("cannot commit shard " + shard + ": expected epoch " + held.get(shard)
                            + " at " + move.expected() + ", found epoch " + epochs.get(shard) + " at "
                            + position(shard));
                }
            }
            commit.moves().forEach(move -> positions.put(move.shard(), move.next()));
            outputs.add(commit.output());
            if (failure == Moment.AFTER_COMMIT) {
                throw unavailable();
            }
        }

        private static SinkUnavailableException unavailable() {
            return new SinkUnavailableException("the store was told to fail", new IOException("told to fail"));
        }
    }

    private final Store<O> store;
    private final Map<Integer, Integer> held = new HashMap<>();

    public MemorySink(Store<O> store) {
        this.store = store;
    }

    @Override
    public Position open(int shard) {
        held.put(shard, store.open(shard));
        return store.position(shard);
    }

    @Override
    public void release(int shard) {
        held.remove(shard);
        store.release(shard);
    }

    @Override
    public Position read(int shard) {
        return store.position(shard);
    }

    @Override
    public void commit(List<Commit<O>> commits) {
        commits.forEach(commit -> store.commit(commit, held));
    }

    @Override
    public void close() {
        held.clear();
    }
}
