package io.lightflow.protocol;

import io.lightflow.invariant.Outcome;
import io.lightflow.position.Position;
import java.util.List;

/**
 * All that there is at one moment: what is durable, and where both attempts stand. Equal states have the same future.
 *
 * @param ledger the committed position
 * @param outputs the committed outputs, sorted
 * @param cells the cells in the join store, one bit each, ghosts among them
 * @param owner the attempt that opened the shard last; -1 for none
 * @param attempts the two attempts
 */
record State(Known<Position> ledger, Known<List<Outcome>> outputs, long cells, int owner, List<Attempt> attempts) {}
