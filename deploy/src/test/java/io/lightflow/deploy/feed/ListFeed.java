package io.lightflow.deploy.feed;

import java.util.List;

/** Feeds what it is given. */
final class ListFeed implements Feed {
    private final List<FeedEvent> events;
    private int next;

    ListFeed(List<FeedEvent> events) {
        this.events = List.copyOf(events);
    }

    @Override
    public String name() {
        return "list:" + events.hashCode();
    }

    @Override
    public boolean hasNext() {
        return next < events.size();
    }

    @Override
    public FeedEvent next() {
        return events.get(next++);
    }

    @Override
    public long horizonMs() {
        return events.subList(next, events.size()).stream()
                .mapToLong(FeedEvent::timeMs)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
