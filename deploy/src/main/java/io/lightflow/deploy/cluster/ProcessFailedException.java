package io.lightflow.deploy.cluster;

/** A process of the cluster ended, or was not ready in time. The message ends with the last lines of its output. */
public final class ProcessFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProcessFailedException(String message) {
        super(message);
    }

    ProcessFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
