package io.lightflow.producer;

/** Events were taken, but Kafka has not acknowledged them in time. */
public final class NotDeliveredException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long events;

    NotDeliveredException(String message, long events) {
        super(message);
        this.events = events;
    }

    /** How many. */
    public long events() {
        return events;
    }
}
