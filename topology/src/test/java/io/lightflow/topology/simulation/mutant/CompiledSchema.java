package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.EventType;
import io.lightflow.event.GeneratedRecords;
import net.bytebuddy.asm.Advice;
import org.apache.avro.Schema;

/** Advice: every body was written with the compiled schema. */
final class CompiledSchema {
    private CompiledSchema() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(0) EventType type, @Advice.Return(readOnly = false) Schema writer) {
        writer = GeneratedRecords.schema(type);
    }
}
