package io.lightflow.topology.simulation.mutant;

import io.lightflow.traffic.TrafficDelays;
import net.bytebuddy.asm.Advice;

/** Advice: any delay will do. */
final class DelaysForgotten {
    private DelaysForgotten() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false) TrafficDelays delays) {
        delays = TrafficDelays.NONE;
    }
}
