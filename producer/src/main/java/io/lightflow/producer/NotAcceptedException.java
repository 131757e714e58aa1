package io.lightflow.producer;

/**
 * A valid event was not accepted: Kafka is unavailable and the deadline has passed, or the spool is full. The event was
 * not sent.
 */
public final class NotAcceptedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotAcceptedException(String message, Throwable cause) {
        super(message, cause);
    }
}
