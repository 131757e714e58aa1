package io.lightflow.lab.torture;

/**
 * A moment of a run. Events fed after it have a later event time than events fed before it.
 *
 * @param nanos by {@link System#nanoTime}
 * @param fedMs maximum event time fed so far, ms since the Unix epoch
 */
record Moment(long nanos, long fedMs) {
    /** A moment with the same fed events, with the time of an earlier moment. */
    Moment countedFrom(Moment earlier) {
        return new Moment(earlier.nanos, fedMs);
    }

    double secondsSince(long earlierNanos) {
        return (nanos - earlierNanos) / 1e9;
    }
}
