package io.lightflow.topology.loop;

/** The topology ended while a loop worked or waited. The next owner of the shard reads again what was not committed. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Storm takes a failure for the end of its thread, rather than an error, only if an interruption caused it. */
    public StoppedException(String message) {
        this(message, new InterruptedException(message));
    }

    public StoppedException(String message, InterruptedException cause) {
        super(message, cause);
    }
}
