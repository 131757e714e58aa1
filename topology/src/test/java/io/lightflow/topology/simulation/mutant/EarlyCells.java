package io.lightflow.topology.simulation.mutant;

import io.lightflow.join.StepResult;
import io.lightflow.store.JoinStore;
import net.bytebuddy.asm.Advice;

/** Advice: the cells of a step are written as soon as the step completes. */
final class EarlyCells {
    private EarlyCells() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(3) JoinStore store, @Advice.Return StepResult result) {
        if (!result.cells().isEmpty()) {
            store.write(result.cells());
        }
    }
}
