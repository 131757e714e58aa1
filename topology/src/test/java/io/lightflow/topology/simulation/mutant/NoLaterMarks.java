package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.StoreVersion;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Advice: marks above a sequence are not found. */
final class NoLaterMarks {
    private NoLaterMarks() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(1) long sequence, @Advice.Return(readOnly = false) List<StoreVersion> marks) {
        List<StoreVersion> kept = new ArrayList<>();
        for (StoreVersion mark : marks) {
            if (mark.sequence() <= sequence) {
                kept.add(mark);
            }
        }
        marks = kept;
    }
}
