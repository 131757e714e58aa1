package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.Position;
import io.lightflow.position.ProducerClocks;
import net.bytebuddy.asm.Advice;

/** Advice: the fastest clock counts, not the slowest. */
final class FastestClock {
    private FastestClock() {}

    @Advice.OnMethodExit
    static void leave(@Advice.This ProducerClocks clocks, @Advice.Return(readOnly = false) long reached) {
        long fastest = Position.NO_TIME;
        for (ProducerClocks.Clock clock : clocks.clocks()) {
            fastest = Math.max(fastest, clock.time());
        }
        reached = fastest;
    }
}
