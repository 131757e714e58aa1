package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.BlockPart;
import net.bytebuddy.asm.Advice;

/** Advice: the first records of a part are as idle as the whole part. */
final class IdleAsBefore {
    private IdleAsBefore() {}

    @Advice.OnMethodExit
    static void leave(@Advice.This BlockPart part, @Advice.Return(readOnly = false) BlockPart first) {
        first = new BlockPart(
                first.topic(),
                first.type(),
                first.incarnation(),
                first.from(),
                first.to(),
                part.idle(),
                first.entries(),
                first.leaderEpoch());
    }
}
