package io.lightflow.registry.client;

/**
 * Something answered, but not as a registry does: a wrong URL, a proxy in between, or missing rights. Fatal until that
 * is put right.
 */
public final class UnexpectedAnswerException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;

    UnexpectedAnswerException(String message, Throwable cause) {
        super(message, cause);
    }
}
