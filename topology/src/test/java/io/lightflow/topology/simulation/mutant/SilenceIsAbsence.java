package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.ProducerClocks;
import io.lightflow.position.ProducerClocks.Clock;
import net.bytebuddy.asm.Advice;

/** Advice: the time since a producer's last beacon is no presence. */
final class SilenceIsAbsence {
    private SilenceIsAbsence() {}

    @Advice.OnMethodExit
    static void leave(@Advice.This Clock clock, @Advice.Return(readOnly = false) boolean say) {
        say = clock.presentMs() >= ProducerClocks.MAX_SILENCE_MS;
    }
}
