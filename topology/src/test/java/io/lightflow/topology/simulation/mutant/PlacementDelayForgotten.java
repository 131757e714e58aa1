package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner.Typing;

/** Advice: the placement of an impression has no delay of its own. */
final class PlacementDelayForgotten {
    private PlacementDelayForgotten() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false, typing = Typing.DYNAMIC) Object facts) {
        facts = null;
    }
}
