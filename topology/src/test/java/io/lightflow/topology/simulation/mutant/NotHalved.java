package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.Block;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Advice: a block stays whole. */
final class NotHalved {
    private NotHalved() {}

    @Advice.OnMethodExit
    static void leave(@Advice.This Block block, @Advice.Return(readOnly = false) List<Block> halves) {
        halves = List.of(block);
    }
}
