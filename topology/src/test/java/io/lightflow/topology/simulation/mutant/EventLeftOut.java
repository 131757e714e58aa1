package io.lightflow.topology.simulation.mutant;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.LightEvent;
import net.bytebuddy.asm.Advice;

/** Advice: an event is left out instead of set aside. */
final class EventLeftOut {
    private EventLeftOut() {}

    @Advice.OnMethodExit
    static void leave(@Advice.Argument(0) LightEvent event, @Advice.Return(readOnly = false) BlockEntry setAside) {
        setAside = new BeaconMark(event.offset(), event.time());
    }
}
