package io.lightflow.join;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Position;
import io.lightflow.store.NewCell;
import java.util.List;

/**
 * The result of a block. Its cells are stored first; then its outputs and its position are committed in one atomic
 * step.
 *
 * @param cells added to the join store before the commit
 * @param outputs sent in the commit
 * @param position committed with the outputs
 */
public record StepResult(List<NewCell> cells, List<OutputEvent> outputs, Position position) {}
