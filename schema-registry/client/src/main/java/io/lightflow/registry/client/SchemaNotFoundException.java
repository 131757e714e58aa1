package io.lightflow.registry.client;

/** The registry does not know the id, subject or version. Fatal: a retry has the same result. */
public final class SchemaNotFoundException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;

    SchemaNotFoundException(String message) {
        super(message, null);
    }
}
