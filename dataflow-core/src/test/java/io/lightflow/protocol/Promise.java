package io.lightflow.protocol;

/** What must hold in every state that can be reached. */
enum Promise {
    /** Of no event there are two outputs. */
    NO_EVENT_TWICE,
    /** What the brute-force answer for the committed prefix of the log holds has been put out. */
    NO_EVENT_LOST,
    /** Nothing else has been put out, and the books balance. */
    NOTHING_ELSE,
    /** The ledger moves forward only, in every topic, and so does its watermark. */
    POSITION_MOVES_FORWARD,
    /** Whoever works from the ledger does the same with the ghosts in the store as without them. */
    GHOSTS_ARE_INVISIBLE
}
