package io.lightflow.producer;

/**
 * An event violates its schema or a rule of the join, which would reject it. Nothing was sent. Fatal: correct the
 * event.
 */
public final class InvalidEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String field;

    InvalidEventException(String kind, String field, String reason) {
        super(kind + " rejected because of its " + field + ": " + reason);
        this.field = field;
    }

    /** The name of the invalid field; {@code joinKey} for the join key. */
    public String field() {
        return field;
    }
}
