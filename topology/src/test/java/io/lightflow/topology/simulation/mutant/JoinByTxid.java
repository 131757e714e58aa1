package io.lightflow.topology.simulation.mutant;

import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Advice: a batch counts as processed if the ledger has reached its txid. */
final class JoinByTxid {
    private JoinByTxid() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean isDone(@Advice.Argument(0) Position position, @Advice.Argument(2) long txid) {
        return txid <= position.txid();
    }

    @Advice.OnMethodExit
    static void leave(
            @Advice.Enter boolean done,
            @Advice.Argument(0) Position position,
            @Advice.Return(readOnly = false) StepResult result) {
        if (done) {
            result = new StepResult(List.of(), List.of(), List.of(), position, false);
        }
    }
}
