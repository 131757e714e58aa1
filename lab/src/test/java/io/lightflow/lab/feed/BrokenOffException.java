package io.lightflow.lab.feed;

/** What a {@link BreakingFeed} ends with. */
final class BrokenOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
