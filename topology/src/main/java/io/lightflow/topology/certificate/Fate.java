package io.lightflow.topology.certificate;

/** The outcome of a light event, as the outputs tell it. */
enum Fate {
    JOINED,
    ORPHANED,
    UNATTRIBUTED,
    REJECTED
}
