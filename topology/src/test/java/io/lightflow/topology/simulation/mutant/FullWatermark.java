package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;

/** Advice: the watermark moves as far as the clocks allow, whichever timers fire. */
final class FullWatermark {
    private FullWatermark() {}

    @Advice.OnMethodEnter
    static void enter(
            @Advice.FieldValue("newWatermark") long newWatermark,
            @Advice.Argument(value = 0, readOnly = false) long watermark) {
        watermark = newWatermark;
    }
}
