package io.lightflow.topology.certificate;

/** The hour cannot be certified yet. The message says who is where, and when to come again. */
final class HourNotClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HourNotClosedException(String message) {
        super(message);
    }
}
