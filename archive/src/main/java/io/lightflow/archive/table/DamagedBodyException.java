package io.lightflow.archive.table;

/** A body is not one of its schema. */
final class DamagedBodyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedBodyException(String message) {
        super(message, null, false, false);
    }
}
