package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.Position;
import net.bytebuddy.asm.Advice;

/** Advice: a batch with a txid that the ledger has reached is done. */
final class CountByTxid {
    private CountByTxid() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean isDone(@Advice.Argument(0) Position position, @Advice.Argument(2) long txid) {
        return txid <= position.txid();
    }

    @Advice.OnMethodExit
    static void leave(
            @Advice.Enter boolean done,
            @Advice.Argument(0) Position position,
            @Advice.Return(readOnly = false) Position result) {
        if (done) {
            result = position;
        }
    }
}
