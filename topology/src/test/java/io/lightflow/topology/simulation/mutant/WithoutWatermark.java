package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.Position;
import net.bytebuddy.asm.Advice;

/** Advice: the position is encoded without its watermark. */
final class WithoutWatermark {
    private WithoutWatermark() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) Position position) {
        position = position.withWatermark(Position.NO_TIME);
    }
}
