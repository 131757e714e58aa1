package io.lightflow.lab.feed;

/** Feeding failed permanently. */
public final class FeedException extends RuntimeException {
    public FeedException(String message, Throwable cause) {
        super(message, cause);
    }

    public FeedException(String message) {
        super(message);
    }
}
