package io.lightflow.registry.client;

/** No registry gave an answer in time. Retryable; what each attempt ran into is the cause and among the suppressed. */
public final class RegistryUnavailableException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
