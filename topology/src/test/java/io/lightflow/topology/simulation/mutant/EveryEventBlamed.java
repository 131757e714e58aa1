package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;

/** Advice: every event is blamed for a failure. */
final class EveryEventBlamed {
    private EveryEventBlamed() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false) boolean blamed) {
        blamed = true;
    }
}
