package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;

/** Advice: the method always returns false. */
final class Never {
    private Never() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false) boolean result) {
        result = false;
    }
}
