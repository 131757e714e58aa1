package io.lightflow.lab.torture;

import java.util.Objects;

/** A fault that can be injected into the stock topology; the counterpart of {@link Fault}. */
record StockFault(String kind, Strike strike) {
    StockFault {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(strike, "strike");
    }

    /** Injects the fault, and performs the repairs that an operator or a watchdog would perform. */
    interface Strike {
        Struck on(StockStage stage) throws Exception;
    }

    /**
     * The injected fault.
     *
     * @param effect description of the effect
     * @param nanos time of the fault, by {@link System#nanoTime}
     */
    record Struck(String effect, long nanos) {
        static Struck now(String effect) {
            return new Struck(effect, System.nanoTime());
        }
    }
}
