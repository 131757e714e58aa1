package io.lightflow.join;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Position;
import io.lightflow.store.NewCell;
import java.util.List;

/**
 * What comes out of a block: to be stored first, then committed in one atomic step with the position.
 *
 * @param cells to be added to the join store before the commit
 * @param outputs to be sent
 * @param position to be committed with the outputs
 */
public record StepResult(List<NewCell> cells, List<OutputEvent> outputs, Position position) {}
