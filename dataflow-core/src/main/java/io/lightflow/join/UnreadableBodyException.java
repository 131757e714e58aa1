package io.lightflow.join;

/** A stored body cannot be resolved to the compiled schema. Its event is set aside; the message is the reason. */
final class UnreadableBodyException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableBodyException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
