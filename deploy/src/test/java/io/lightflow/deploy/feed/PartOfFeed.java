package io.lightflow.deploy.cluster;

import io.lightflow.deploy.feed.Feed;
import io.lightflow.deploy.feed.FeedEvent;

/** The next events of another feed, up to a number of them; leaves the rest, and the closing, to its owner. */
final class PartOfFeed implements Feed {
    private final Feed whole;
    private long left;

    PartOfFeed(Feed whole, long count) {
        this.whole = whole;
        this.left = count;
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
        return left > 0 && whole.hasNext();
    }

    @Override
    public FeedEvent next() {
        left--;
        return whole.next();
    }

    @Override
    public void close() {
        // The owner of the whole closes it.
    }
}
