package io.lightflow.lab.feed;

import java.util.function.LongPredicate;

/** The next events of another feed, limited by a condition. The owner keeps the rest, and closes the feed. */
public final class PartOfFeed implements Feed {
    private final Feed whole;
    private final LongPredicate goesOn;
    private long taken;

    /** The next {@code count} events. */
    public PartOfFeed(Feed whole, long count) {
        this(whole, taken -> taken < count);
    }

    /** @param goesOn the condition, which is evaluated before each event with the number of events taken so far */
    public PartOfFeed(Feed whole, LongPredicate goesOn) {
        this.whole = whole;
        this.goesOn = goesOn;
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public long horizonMs() {
        return whole.horizonMs();
    }

    @Override
    public boolean hasNext() {
        return whole.hasNext() && goesOn.test(taken);
    }

    @Override
    public FeedEvent next() {
        taken++;
        return whole.next();
    }

    @Override
    public void close() {
        // The owner of the whole closes it.
    }
}
