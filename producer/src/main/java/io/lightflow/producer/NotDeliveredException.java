package io.lightflow.producer;

/** Kafka did not acknowledge accepted events in time. */
public final class NotDeliveredException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long events;

    NotDeliveredException(String message, long events) {
        super(message);
        this.events = events;
    }

    /** The number of unacknowledged events. */
    public long events() {
        return events;
    }
}
