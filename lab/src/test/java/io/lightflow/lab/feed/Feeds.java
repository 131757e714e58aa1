package io.lightflow.lab.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Helpers for tests of feeds. */
final class Feeds {
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    private Feeds() {}

    /**
     * All events of the feed; checks on the way that its horizon never goes back and that no event is older than it.
     */
    static List<FeedEvent> drain(Feed feed) {
        List<FeedEvent> events = new ArrayList<>();
        long horizonMs = feed.horizonMs();
        while (feed.hasNext()) {
            if (feed.horizonMs() < horizonMs) {
                throw new AssertionError("the horizon went back from " + horizonMs + " to " + feed.horizonMs());
            }
            horizonMs = feed.horizonMs();
            FeedEvent event = feed.next();
            if (event.timeMs() > 0 && event.timeMs() < horizonMs) {
                throw new AssertionError("expected no event before " + horizonMs + ", found " + event);
            }
            events.add(event);
        }
        return events;
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + AT_MOST + " in vain until " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    static String id(FeedEvent event) {
        return (String) event.event().get("id");
    }
}
