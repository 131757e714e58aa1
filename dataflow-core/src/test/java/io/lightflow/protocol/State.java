package io.lightflow.protocol;

import io.lightflow.invariant.Outcome;
import io.lightflow.position.Position;
import java.util.List;

/**
 * A state of the whole protocol: what is durable, and the progress of both attempts. Equal states have equal futures.
 *
 * @param ledger the committed position
 * @param outputs the committed outputs, sorted
 * @param cells the cells in the join store, including ghosts, one bit each
 * @param owner the attempt that opened the shard last; -1 for none
 * @param attempts the two attempts
 */
record State(
        Interned<Position> ledger, Interned<List<Outcome>> outputs, long cells, int owner, List<Attempt> attempts) {}
