package io.lightflow.topology.loop;

/** The topology ends while a loop was at work or waited. What was not committed is read again by whoever comes next. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Storm takes a failure for the end of its thread, and not for an error, only if an interruption caused it. */
    public StoppedException(String message) {
        this(message, new InterruptedException(message));
    }

    public StoppedException(String message, InterruptedException cause) {
        super(message, cause);
    }
}
