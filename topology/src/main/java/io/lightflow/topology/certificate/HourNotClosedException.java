package io.lightflow.topology.certificate;

/** The hour cannot be certified yet. The message names the shard that lags. */
final class HourNotClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HourNotClosedException(String message) {
        super(message);
    }
}
