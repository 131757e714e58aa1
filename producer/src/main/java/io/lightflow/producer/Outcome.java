package io.lightflow.producer;

/** What became of an event that was in order. */
public enum Outcome {
    /** It will be sent, or has been. */
    TAKEN,
    /**
     * There was no room, and {@link WhenAway.Drop} is the policy. It is counted in {@link LightEventsMetrics#dropped}.
     */
    DROPPED
}
