package io.lightflow.registry.client;

/**
 * The registry refuses the schema: it is not valid, or incompatible with what the subject holds. Fatal until the schema
 * changes.
 */
public final class SchemaRejectedException extends SchemaRegistryException {
    private static final long serialVersionUID = 1L;
    private final int errorCode;

    SchemaRejectedException(String message, int errorCode) {
        super(message, null);
        this.errorCode = errorCode;
    }

    /** The registry's own code: 409 or 40901 for an incompatible schema, 42201 for one that is not valid. */
    public int errorCode() {
        return errorCode;
    }
}
