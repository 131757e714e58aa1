package io.lightflow.topology.simulation;

/** A deliberate defect of a fake, which the simulation must detect. */
enum Flaw {
    NONE,
    /** Outputs are committed first, and the ledger is moved in a separate step. */
    LEDGER_NOT_ATOMIC,
    /** Every former owner of a shard may commit to it, from any position that it assumes. */
    NO_FENCING,
    /** A waiting click is deleted from the store when its impression is written, before the commit. */
    WAITING_CLICKS_DELETED,
    /** A write is acknowledged before its impressions and tags are durable. */
    EVENTS_NOT_SYNCED
}
