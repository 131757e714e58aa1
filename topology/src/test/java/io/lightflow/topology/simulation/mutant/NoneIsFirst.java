package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.ProducerClocks.Clock;
import net.bytebuddy.asm.Advice;

/** Advice: the first producers of a topic-partition are like later ones. */
final class NoneIsFirst {
    private NoneIsFirst() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Return(readOnly = false) Clock clock) {
        clock = new Clock(clock.producer(), clock.time(), clock.silentMs(), 0, clock.offsetMs());
    }
}
