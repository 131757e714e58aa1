package io.lightflow.lab.feed;

/**
 * Spreads events evenly: the n-th is due n / rate after the first. It catches up with delays of at most
 * {@value #MAX_BEHIND_NANOS} ns of events. Not thread-safe.
 */
final class Pace {
    private static final long MAX_BEHIND_NANOS = 500_000_000;

    private final double nanosPerEvent;
    private final long originNanos;
    /** After the origin. A double holds whole nanoseconds for a hundred days. */
    private double dueNanos;

    /** @param eventsPerSecond infinite for no limit */
    Pace(double eventsPerSecond, long nowNanos) {
        this.nanosPerEvent = 1e9 / eventsPerSecond;
        this.originNanos = nowNanos;
    }

    /** The time until the next event is due; zero or less if it is due. */
    long nanosUntilDue(long nowNanos) {
        return (long) dueNanos - (nowNanos - originNanos);
    }

    /** The event that was due has been sent. */
    void sent(long nowNanos) {
        dueNanos = Math.max(dueNanos + nanosPerEvent, nowNanos - originNanos - (double) MAX_BEHIND_NANOS);
    }
}
