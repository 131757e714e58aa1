package io.lightflow.lab.torture;

/** A part of the platform that a run may omit. */
enum OptionalPart {
    /** The topology {@code archive}. */
    ARCHIVE,
    /** A capture server in each data center, which receives some of the events. */
    CAPTURE
}
