package io.lightflow.topology.certificate;

/** The hour cannot be checked yet. The message names the shard that lags. */
public class HourNotClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HourNotClosedException(String message) {
        super(message);
    }
}
