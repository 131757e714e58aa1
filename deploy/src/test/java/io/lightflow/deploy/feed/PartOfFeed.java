package io.lightflow.deploy.feed;

/** The next events of another feed, up to a number of them; leaves the rest, and the closing, to its owner. */
public final class PartOfFeed implements Feed {
    private final Feed whole;
    private long left;

    public PartOfFeed(Feed whole, long count) {
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
