package io.lightflow.topology.aerospike;

/** The cluster or its namespace is set up wrongly. A retry does not help; the message says what to set. */
public final class AerospikeSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AerospikeSetupException(String message) {
        super(message);
    }

    AerospikeSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}
