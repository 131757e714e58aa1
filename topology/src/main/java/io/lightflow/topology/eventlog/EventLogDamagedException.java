package io.lightflow.topology.eventlog;

/** Files of an event log do not hold what was written to them. Not retryable. */
public final class EventLogDamagedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EventLogDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
