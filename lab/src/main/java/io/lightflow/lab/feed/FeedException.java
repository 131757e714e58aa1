package io.lightflow.lab.feed;

/** Feeding failed and does not go on by itself. */
public final class FeedException extends RuntimeException {
    public FeedException(String message, Throwable cause) {
        super(message, cause);
    }

    public FeedException(String message) {
        super(message);
    }
}
