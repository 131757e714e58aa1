package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;

/** Advice: the method always returns true. */
final class EverythingVisible {
    private EverythingVisible() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false) boolean visible) {
        visible = true;
    }
}
