package io.lightflow.protocol;

/** The properties that must hold in every reachable state. */
enum Promise {
    /** No event has two outputs. */
    NO_EVENT_TWICE,
    /** Every output of the brute-force answer for the committed prefix of the log has been emitted. */
    NO_EVENT_LOST,
    /** No other output has been emitted, and the books balance. */
    NOTHING_ELSE,
    /** The ledger and its watermark only move forward, in every topic. */
    POSITION_MOVES_FORWARD,
    /** An attempt that starts from the ledger gives the same result with and without the ghosts in the store. */
    GHOSTS_ARE_INVISIBLE
}
