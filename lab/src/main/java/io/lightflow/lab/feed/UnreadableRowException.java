package io.lightflow.lab.feed;

/**
 * A row of the input is unreadable; the message has the expected and the found content. The feed continues without the
 * row.
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
