package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;

/** Advice: the method does nothing, or returns false. */
final class Skipped {
    private Skipped() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean isSkipped() {
        return true;
    }
}
