package io.lightflow.lab.torture;

import java.util.Objects;

/** Something bad that can be done to the stock topology; the counterpart of {@link Fault}. */
record StockFault(String kind, Strike strike) {
    StockFault {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(strike, "strike");
    }

    /** Does it, and puts right what an operator or a watchdog would put right. */
    interface Strike {
        Struck on(StockStage stage) throws Exception;
    }

    /**
     * What was done.
     *
     * @param effect in words
     * @param nanos when, by {@link System#nanoTime}
     */
    record Struck(String effect, long nanos) {
        static Struck now(String effect) {
            return new Struck(effect, System.nanoTime());
        }
    }
}
