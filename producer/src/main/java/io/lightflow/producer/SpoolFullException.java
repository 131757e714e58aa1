package io.lightflow.producer;

import java.io.IOException;
import java.nio.file.Path;

/** A spool has reached its maximum size. */
final class SpoolFullException extends IOException {
    private static final long serialVersionUID = 1L;

    SpoolFullException(Path directory, long maxBytes) {
        super("the spool in " + directory + " is full: expected at most maxBytes = " + maxBytes
                + " of unacknowledged events. Make Kafka available again, or increase maxBytes");
    }
}
