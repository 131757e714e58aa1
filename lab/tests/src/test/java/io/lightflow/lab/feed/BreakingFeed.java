package io.lightflow.lab.feed;

/** Another feed that is broken off before one of its events. */
final class BreakingFeed implements Feed {
    private final Feed feed;
    private long left;

    /** @param before number of the event that does not come any more, from 1 */
    BreakingFeed(Feed feed, long before) {
        this.feed = feed;
        this.left = before - 1;
    }

    @Override
    public String name() {
        return feed.name();
    }

    @Override
    public boolean hasNext() {
        return feed.hasNext();
    }

    @Override
    public FeedEvent next() {
        if (left-- == 0) {
            throw new BrokenOffException();
        }
        return feed.next();
    }

    @Override
    public long horizonMs() {
        return feed.horizonMs();
    }

    @Override
    public void close() {
        feed.close();
    }
}
