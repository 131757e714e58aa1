package io.lightflow.lab.feed;

/** Ends a {@link BreakingFeed}. */
final class BrokenOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
