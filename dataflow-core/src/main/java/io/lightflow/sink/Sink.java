package io.lightflow.sink;

import io.lightflow.position.Position;
import java.util.List;

/**
 * Where a topology's outputs go. Outputs and position are committed in one atomic step (invariant A), and only from
 * exactly the position that the ledger holds (invariant B).
 *
 * <p>Not thread-safe: one thread at a time.
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
     * Makes the given commits, each of them in one atomic step and in any order. All or some of them may have been made
     * when an exception comes: the shards must then be opened again before the next commit.
     *
     * @throws FencedException if somebody else has taken a shard over
     * @throws SinkUnavailableException if it does not answer now
     */
    void commit(List<Commit<O>> commits);
}
