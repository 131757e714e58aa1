package io.lightflow.topology.simulation;

/** A deliberate defect of a fake, which the simulation must detect. */
enum Flaw {
    NONE,
    /** Outputs are committed first, and the ledger is moved in a separate step. */
    LEDGER_NOT_ATOMIC,
    /** Every former owner of a shard may commit to it, from any position that it assumes. */
    NO_FENCING,
    /** Whoever opens a shard does not fence the writer with which its former owner commits several shards. */
    JOINT_WRITERS_NOT_FENCED,
    /** An owner takes the takeover of another owner for its own, if the positions are the same. */
    ANY_WRITER_SHOWS_A_TAKEOVER,
    /** A waiting click is deleted from the store when its impression is written, before the commit. */
    WAITING_CLICKS_DELETED,
    /** A write is acknowledged before its impressions and tags are durable. */
    EVENTS_NOT_SYNCED
}
