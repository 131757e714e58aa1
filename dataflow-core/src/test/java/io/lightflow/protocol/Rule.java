package io.lightflow.protocol;

/** The rules of the protocol. The explorer can leave one out to show its purpose. */
enum Rule {
    /** A cell counts only if its origin is below the ledger's position. */
    GHOST_RULE,
    /** Opening a shard fences off every earlier owner. */
    FENCE,
    /** A commit succeeds only if the ledger is still where its attempt started. */
    COMPARE_AND_SET,
    /** Outputs and position become visible in one step. */
    ATOMIC_LEDGER
}
