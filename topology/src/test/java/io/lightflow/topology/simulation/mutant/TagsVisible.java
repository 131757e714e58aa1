package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.EventType;
import io.lightflow.store.EventCell;
import net.bytebuddy.asm.Advice;

/** Advice: a tag's cell is visible whatever its origin. */
final class TagsVisible {
    private TagsVisible() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(0) EventCell cell, @Advice.Return(readOnly = false) boolean visible) {
        if (cell.type() == EventType.TAG) {
            visible = true;
        }
    }
}
