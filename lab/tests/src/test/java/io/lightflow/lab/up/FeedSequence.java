package io.lightflow.lab.up;

import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;

/** Feeds one after the other. Closes all of them. */
final class FeedSequence implements Feed {
    private final List<Feed> feeds;

    FeedSequence(List<Feed> feeds) {
        this.feeds = List.copyOf(feeds);
    }

    @Override
    public String name() {
        return feeds.stream().map(Feed::name).collect(Collectors.joining(","));
    }

    @Override
    public boolean hasNext() {
        return feeds.stream().anyMatch(Feed::hasNext);
    }

    @Override
    public FeedEvent next() {
        return feeds.stream()
                .filter(Feed::hasNext)
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(name() + " has ended"))
                .next();
    }

    @Override
    public long horizonMs() {
        return feeds.stream().mapToLong(Feed::horizonMs).min().orElse(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        feeds.forEach(Feed::close);
    }
}
