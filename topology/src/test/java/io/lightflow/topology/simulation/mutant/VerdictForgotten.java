package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.TrafficVerdict;
import net.bytebuddy.asm.Advice;

/** Advice: there is no verdict. */
final class VerdictForgotten {
    private VerdictForgotten() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false) TrafficVerdict verdict) {
        verdict = TrafficVerdict.NONE;
    }
}
