package io.lightflow.producer;

import java.io.IOException;
import java.nio.file.Path;

/** A spool holds as much as it may. */
final class SpoolFullException extends IOException {
    private static final long serialVersionUID = 1L;

    SpoolFullException(Path directory, long maxBytes) {
        super("the spool in " + directory + " is full: expected no more than maxBytes = " + maxBytes
                + " of events that Kafka has not acknowledged. Bring Kafka back, or set more");
    }
}
