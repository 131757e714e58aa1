package io.lightflow.registry.client;

/**
 * No registry responded in time. Retryable. The last failure is the cause; those of other attempts are suppressed
 * exceptions.
 */
public final class RegistryUnavailableException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
