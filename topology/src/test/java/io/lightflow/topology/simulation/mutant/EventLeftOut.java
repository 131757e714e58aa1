package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.LightEvent;
import io.lightflow.event.TimeMark;
import net.bytebuddy.asm.Advice;

/** Advice: an event is left out instead of set aside. */
final class EventLeftOut {
    private EventLeftOut() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(0) LightEvent event, @Advice.Return(readOnly = false) BlockEntry setAside) {
        setAside = new TimeMark(event.offset(), event.time());
    }
}
