package io.lightflow.protocol;

import io.lightflow.invariant.Outcome;
import io.lightflow.position.Position;
import java.util.List;

/**
 * The result of the step for a block.
 *
 * @param expected the position that it started from
 * @param next the position to be committed
 * @param cells the cells to be written before the commit, one bit each
 * @param outcomes the outputs to be committed with the position, sorted
 */
record Result(Position expected, Position next, long cells, List<Outcome> outcomes) {}
