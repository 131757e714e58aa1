package io.lightflow.topology.simulation.mutant;

import java.util.List;
import net.bytebuddy.asm.Advice;

/** Advice: the rows are left unsorted. */
final class OrderKept {
    private OrderKept() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean isSkipped() {
        return true;
    }

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(0) List<Long> rows, @Advice.Return(readOnly = false) List<Long> sorted) {
        sorted = rows;
    }
}
