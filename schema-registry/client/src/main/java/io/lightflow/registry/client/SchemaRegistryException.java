package io.lightflow.registry.client;

/** Fetching or registering a schema failed. The subclass says whether a retry can help. */
public abstract sealed class SchemaRegistryException extends RuntimeException
        permits SchemaNotFoundException,
                SchemaRejectedException,
                RegistryUnavailableException,
                UnexpectedResponseException {
    private static final long serialVersionUID = 1L;

    SchemaRegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
