package io.lightflow.producer;

/** The outcome of sending a valid event. */
public enum SendOutcome {
    /** The event will be sent, or has been. */
    ACCEPTED,
    /**
     * There was no room, and {@link UnavailablePolicy.Drop} is the policy. {@link LightEventsMetrics#dropped} counts
     * it.
     */
    DROPPED
}
