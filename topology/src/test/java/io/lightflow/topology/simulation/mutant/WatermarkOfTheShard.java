package io.lightflow.topology.simulation.mutant;

import net.bytebuddy.asm.Advice;

/** Advice: every key has the watermark of its shard. */
final class WatermarkOfTheShard {
    private WatermarkOfTheShard() {}

    @Advice.OnMethodExit
    static void exit(
            @Advice.FieldValue("watermark") long watermark, @Advice.Return(readOnly = false) long watermarkOfKey) {
        watermarkOfKey = watermark;
    }
}
