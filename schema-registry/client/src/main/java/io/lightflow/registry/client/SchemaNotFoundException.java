package io.lightflow.registry.client;

/** The registry answered, and knows no such id, subject or version. Fatal: asking again gives the same answer. */
public final class SchemaNotFoundException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;

    SchemaNotFoundException(String message) {
        super(message, null);
    }
}
