package io.lightflow.topology.aerospike;

/** The cluster or its namespace has to be set otherwise. Not retryable as it is; the message says what to set. */
public final class AerospikeSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AerospikeSetupException(String message) {
        super(message);
    }

    AerospikeSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}
