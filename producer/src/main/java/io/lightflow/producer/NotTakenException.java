package io.lightflow.producer;

/**
 * An event was in order, but could not be taken: Kafka is away and the deadline has passed, or the spool is full. It
 * was not sent.
 */
public final class NotTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotTakenException(String message, Throwable cause) {
        super(message, cause);
    }
}
