package io.lightflow.lab.feed;

import java.util.List;

/** Feeds what it is given. */
final class ListFeed implements Feed {
    private final List<FeedEvent> events;
    private final long[] oldestFrom;
    private int next;

    ListFeed(List<FeedEvent> events) {
        this.events = List.copyOf(events);
        this.oldestFrom = new long[events.size() + 1];
        oldestFrom[events.size()] = Long.MAX_VALUE;
        for (int i = events.size() - 1; i >= 0; i--) {
            oldestFrom[i] = Math.min(oldestFrom[i + 1], events.get(i).timeMs());
        }
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
        return oldestFrom[next];
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
