package io.lightflow.lab.feed;

/** The kinds of generated events. */
interface Traffic {
    /** Events of a journey on average, repeats not counted. */
    double meanEvents();

    /** How many journeys begin at a time, compared with the mean. */
    double rateAt(long timeMs);

    /** The time to send an event whose turn is at a time of the feed; {@link Feed#NOW} to send it at once. */
    long dueMs(long emitMs);

    /** The ads, their sites and their prices. */
    Market market();

    /** @param longestMs how long after the start its last event may be; an hour or more */
    void add(JourneyEvents make, long startMs, long longestMs);
}
