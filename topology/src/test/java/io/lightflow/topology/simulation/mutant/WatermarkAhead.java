package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.Position;
import net.bytebuddy.asm.Advice;

/** Advice: the watermark of a rebuild is not capped. */
final class WatermarkAhead {
    private WatermarkAhead() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(0) Position next, @Advice.Return(readOnly = false) Position capped) {
        capped = next;
    }
}
