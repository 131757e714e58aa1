package io.lightflow.topology.certificate;

/** What has become of a light event, by what was put out. */
enum Fate {
    JOINED,
    ORPHANED,
    UNATTRIBUTED,
    REJECTED
}
