package io.lightflow.protocol;

/** What the protocol rests on. The explorer can leave one out, to show what it is for. */
enum Rule {
    /** A cell counts only if its origin is below the ledger's position. */
    GHOST_RULE,
    /** Who opens a shard shuts out everyone who opened it before. */
    FENCE,
    /** A commit is made only if the ledger is where its attempt began. */
    COMPARE_AND_SET,
    /** Outputs and position become visible in one step. */
    ATOMIC_LEDGER
}
