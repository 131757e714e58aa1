package io.lightflow.registry.client;

/**
 * A response that no registry sends: the URL is wrong, a proxy responded, or permissions are missing. Fatal until
 * corrected.
 */
public final class UnexpectedResponseException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;

    UnexpectedResponseException(String message, Throwable cause) {
        super(message, cause);
    }
}
