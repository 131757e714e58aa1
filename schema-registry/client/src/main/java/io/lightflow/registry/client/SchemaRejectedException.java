package io.lightflow.registry.client;

/**
 * The registry rejected the schema: it is invalid, or incompatible with versions of the subject. Fatal until the schema
 * changes.
 */
public final class SchemaRejectedException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;
    private final int errorCode;

    SchemaRejectedException(String message, int errorCode) {
        super(message, null);
        this.errorCode = errorCode;
    }

    /** The registry's own code: 409 or 40901 for an incompatible schema, 42201 for an invalid one. */
    public int errorCode() {
        return errorCode;
    }
}
