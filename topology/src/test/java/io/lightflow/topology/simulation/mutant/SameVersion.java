package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.StoreVersion;
import net.bytebuddy.asm.Advice;

/** Advice: the next version of a store is the present one. */
final class SameVersion {
    private SameVersion() {}

    @Advice.OnMethodExit
    static void leave(@Advice.This StoreVersion present, @Advice.Return(readOnly = false) StoreVersion next) {
        next = present;
    }
}
