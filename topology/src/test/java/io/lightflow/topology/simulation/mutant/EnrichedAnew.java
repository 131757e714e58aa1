package io.lightflow.topology.simulation.mutant;

import io.lightflow.enrichment.EventEnricher;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import net.bytebuddy.asm.Advice;

/** Advice: the data of the process that started last fills a stored impression again. */
public final class EnrichedAnew {
    private static final ThreadLocal<EventEnricher> LATEST = new ThreadLocal<>();

    private EnrichedAnew() {}

    /** Fills the fields of an impression that were filled when it arrived. */
    public static byte[] again(byte[] body) {
        Origin origin = new Origin(0, 0);
        Impression stored = (Impression)
                LightEvent.of(EventType.IMPRESSION, "key", origin, 0, body).record();
        if (stored.getPlaceVersion() > 0) {
            stored.setCountry("");
        }
        byte[] unfilled = new BodyEncoder().encode(stored);
        return LATEST.get().body(LightEvent.of(EventType.IMPRESSION, "key", origin, 0, unfilled));
    }

    /** @param enricher of a process that starts */
    public static void use(EventEnricher enricher) {
        LATEST.set(enricher);
    }

    static final class Start {
        private Start() {}

        @Advice.OnMethodExit
        static void leave(@Advice.This EventEnricher enricher) {
            use(enricher);
        }
    }

    static final class Output {
        private Output() {}

        @Advice.OnMethodExit
        static void leave(@Advice.Argument(0) EventType type, @Advice.Return(readOnly = false) byte[] body) {
            if (type == EventType.IMPRESSION) {
                body = again(body);
            }
        }
    }
}
