package io.lightflow.topology.simulation;

/** What a fake does wrong on purpose, to show that the simulation notices. */
enum Flaw {
    NONE,
    /** Outputs are committed first, and the ledger is moved in a step of its own. */
    LEDGER_NOT_ATOMIC,
    /** Whoever once opened a shard may commit to it, from wherever he believes the ledger to be. */
    NO_FENCING,
    /** A click that waited is taken out of the store together with the writing of its impression, before the commit. */
    WAITING_CLICKS_DELETED
}
