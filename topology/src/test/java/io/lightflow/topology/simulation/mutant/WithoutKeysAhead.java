package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.JoinProgress;
import io.lightflow.position.Position;
import net.bytebuddy.asm.Advice;

/** Advice: the position is encoded without the keys that are ahead of the watermark. */
final class WithoutKeysAhead {
    private WithoutKeysAhead() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) Position position) {
        JoinProgress join = position.join();
        position = position.with(new JoinProgress(join.takeovers(), join.lastTimer()));
    }
}
