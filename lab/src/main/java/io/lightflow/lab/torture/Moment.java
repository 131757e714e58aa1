package io.lightflow.lab.torture;

/**
 * A moment of a run. What was fed after it is younger, in event time, than what was fed before.
 *
 * @param nanos by {@link System#nanoTime}
 * @param fedMs greatest event time fed until then, ms since the Unix epoch
 */
record Moment(long nanos, long fedMs) {
    /** The same events as fed, the time counted from an earlier moment. */
    Moment countedFrom(Moment earlier) {
        return new Moment(earlier.nanos, fedMs);
    }

    double secondsSince(long earlierNanos) {
        return (nanos - earlierNanos) / 1e9;
    }
}
