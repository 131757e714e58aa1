package io.lightflow.topology.simulation.mutant;

import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import net.bytebuddy.asm.Advice;

/** Advice: no timer is later than today's longest wait after the watermark. */
final class TimersOfToday {
    private TimersOfToday() {}

    @Advice.OnMethodExit
    static void leave(
            @Advice.FieldValue("settings") JoinSettings settings,
            @Advice.FieldValue("position") Position position,
            @Advice.FieldValue("newWatermark") long newWatermark,
            @Advice.Return(readOnly = false) long lastDue) {
        lastDue = Math.min(newWatermark, position.watermark() + settings.closingTime(0));
    }
}
