package io.lightflow.lab.feed;

/**
 * A row of the input cannot be read; its message says what was expected and what was found. The feed goes on without
 * the row.
 */
final class UnreadableRowException extends Exception {
    private static final int MAX_SHOWN = 80;

    UnreadableRowException(String message) {
        super(message);
    }

    static UnreadableRowException expected(String what, String found) {
        String shown = found.length() <= MAX_SHOWN ? found : found.substring(0, MAX_SHOWN) + "...";
        return new UnreadableRowException("expected " + what + ", found " + shown);
    }
}
