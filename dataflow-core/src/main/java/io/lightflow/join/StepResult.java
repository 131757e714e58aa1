package io.lightflow.join;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Position;
import io.lightflow.store.EventCell;
import io.lightflow.store.NewCell;
import io.lightflow.store.StoreWrite;
import java.util.List;

/**
 * The result of a block. Its cells and event cells are stored first; then its outputs and its position are committed in
 * one atomic step.
 *
 * @param cells added to the join store before the commit
 * @param events added to the join store before the commit
 * @param outputs sent in the commit
 * @param position committed with the outputs
 * @param hasMoreTimers whether more timers were due than one step may fire. The watermark of the position then lies
 *     below them; the caller runs the step again with the same block
 */
public record StepResult(
        List<NewCell> cells,
        List<EventCell> events,
        List<OutputEvent> outputs,
        Position position,
        boolean hasMoreTimers) {

    /** What is added to the join store. */
    public StoreWrite write(int shard) {
        return new StoreWrite(shard, cells, events);
    }
}
