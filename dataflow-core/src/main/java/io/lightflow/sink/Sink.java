package io.lightflow.sink;

import io.lightflow.position.Position;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The destination of a topology's outputs. It commits outputs and position in one atomic step (invariant A), and only
 * from exactly the position that the ledger holds (invariant B).
 *
 * <p>One thread at a time. While one thread commits, another may open shards that are not part of this commit.
 *
 * @param <O> the output of one commit
 */
public interface Sink<O> extends Ledger {

    /**
     * Takes over the shard: from now on, earlier owners can no longer commit to it. Resolves a commit that is in doubt.
     * May be called again after a failure.
     *
     * @return the committed position
     * @throws SinkUnavailableException if it is unavailable now; the call may be retried
     */
    Position open(int shard);

    /**
     * Takes over several shards, together where that is faster. After an exception, some of them may have been taken
     * over.
     *
     * @return the committed position of each
     * @throws SinkUnavailableException if it is unavailable now; the call may be retried
     */
    default Map<Integer, Position> open(Collection<Integer> shards) {
        Map<Integer, Position> positions = new TreeMap<>();
        shards.forEach(shard -> positions.put(shard, open(shard)));
        return positions;
    }

    /**
     * Makes the given commits, each in one atomic step, in any order. After an exception, all or some of them may have
     * been made, and the shards must be opened again before the next commit. With Kafka, so must all other shards.
     *
     * @throws FencedException if another writer has taken over a shard
     * @throws CommitTimeoutException if a commit took longer than the sink allows
     * @throws SinkUnavailableException if it is unavailable now
     */
    void commit(List<Commit<O>> commits);

    /**
     * Gives up a shard that has stopped, with no commit in flight. Whoever opens it next then leaves the other shards
     * of this owner alone. A sink that fences shard by shard has nothing to do.
     *
     * @throws FencedException if another writer has taken over a shard
     * @throws SinkUnavailableException if it is unavailable now; all shards must be opened again before the next commit
     */
    default void release(int shard) {}

    /**
     * Waits until the ledger shows committed positions. Kafka may report a commit as done and then forget it; what the
     * ledger shows stays.
     *
     * @param committed positions by shard, of commits that were made
     * @throws SinkUnavailableException if the ledger does not show them in time, or is unavailable; the shards must be
     *     opened again before the next commit
     */
    default void awaitVisible(Map<Integer, Position> committed) {
        committed.forEach((shard, position) -> {
            if (!read(shard).equals(position)) {
                throw new SinkUnavailableException("the ledger of shard " + shard + " does not show a commit", null);
            }
        });
    }
}
