package io.lightflow.capture.endpoint;

/** A request is refused. */
public final class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param message for the client; must not contain anything from the request but names of parameters */
    public RequestException(int status, String message) {
        // Millions of bad requests must cost little, and the message says all.
        super(message, null, false, false);
        this.status = status;
    }

    public Reply reply() {
        return Reply.text(status, getMessage());
    }
}
