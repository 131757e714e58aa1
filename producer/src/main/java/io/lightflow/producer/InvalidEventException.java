package io.lightflow.producer;

/**
 * An event breaks its schema or a rule of the join, which would have rejected it. Nothing was sent. Fatal: correct the
 * event.
 */
public final class InvalidEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String field;

    InvalidEventException(String kind, String field, String reason) {
        super(kind + " refused because of its " + field + ": " + reason);
        this.field = field;
    }

    /** The name of the field that is wrong; {@code joinKey} for the join key. */
    public String field() {
        return field;
    }
}
