package io.lightflow.sink;

import io.lightflow.position.Position;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a topology's outputs go. Outputs and position are committed in one atomic step (invariant A), and only from
 * exactly the position that the ledger holds (invariant B).
 *
 * <p>One thread at a time; only shards that are not part of a commit that another thread makes may be opened meanwhile.
 *
 * @param <O> what goes out in one commit
 */
public interface Sink<O> extends Ledger {

    /**
     * Takes the shard over: from now on nobody who took it over before can commit to it. Resolves a commit that is in
     * doubt. May be called again after a failure.
     *
     * @return the committed position
     * @throws SinkUnavailableException if it does not answer now; may be repeated
     */
    Position open(int shard);

    /**
     * Takes several shards over, at once where that is faster; some of them may have been when an exception comes.
     *
     * @return the committed position of each
     * @throws SinkUnavailableException if it does not answer now; may be repeated
     */
    default Map<Integer, Position> open(Collection<Integer> shards) {
        Map<Integer, Position> positions = new TreeMap<>();
        shards.forEach(shard -> positions.put(shard, open(shard)));
        return positions;
    }

    /**
     * Makes the given commits, each of them in one atomic step and in any order. All or some of them may have been made
     * when an exception comes: the shards must then be opened again before the next commit.
     *
     * @throws FencedException if somebody else has taken a shard over
     * @throws SinkUnavailableException if it does not answer now
     */
    void commit(List<Commit<O>> commits);
}
