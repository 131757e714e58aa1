package io.lightflow.lab.contest;

import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A feed that records when clicks are sent. Among its events it sends probes: at regular intervals an impression of a
 * new creative and, later, a click on it. A minute row of that creative with a click shows that the click is counted.
 */
final class ProbeFeed implements Feed {
    static final String CAMPAIGN = "probe";

    private static final String ADVERTISER = "advertiser-probe";
    /** Each probe takes two of this many events. */
    private static final long EVENTS_PER_PROBE = 500;

    /** A probe's click follows its impression by this many probes. */
    private static final int PROBES_BETWEEN = 10;

    /** The clicks that have been sent. Thread-safe. */
    static final class Probes {
        private final Map<String, Long> sentMs = new ConcurrentHashMap<>();
        private final Map<String, Long> uncounted = new ConcurrentHashMap<>();

        Probes() {}

        /** When a click was sent first, in ms since the Unix epoch. */
        long sentMs(String clickId) {
            return sentMs.get(clickId);
        }

        /** The probes that have not been found in PostgreSQL: when their clicks were sent, by creative. */
        Map<String, Long> uncounted() {
            return uncounted;
        }
    }

    /** An impression that will be clicked. */
    private record Probe(String key, Impression impression) {}

    private final Feed events;
    private final String dc;
    private final Probes probes;
    private final Deque<Probe> unclicked = new ArrayDeque<>();
    private long emitted;
    private long made;

    /** @param dc the data center that sends the probes */
    ProbeFeed(Feed events, String dc, Probes probes) {
        this.events = events;
        this.dc = dc;
        this.probes = probes;
    }

    @Override
    public String name() {
        return "probed:" + events.name();
    }

    @Override
    public boolean hasNext() {
        return events.hasNext();
    }

    @Override
    public FeedEvent next() {
        FeedEvent event = nextEvent();
        if (event.event() instanceof Click click) {
            long now = System.currentTimeMillis();
            boolean isFirst = probes.sentMs.putIfAbsent(click.getId(), now) == null;
            if (isFirst && click.getAdvertiserId().equals(ADVERTISER)) {
                probes.uncounted.put(click.getId(), now);
            }
        }
        return event;
    }

    private FeedEvent nextEvent() {
        long turn = emitted++ % EVENTS_PER_PROBE;
        if (turn == 0) {
            return impression();
        }
        if (turn == EVENTS_PER_PROBE / 2 && unclicked.size() > PROBES_BETWEEN) {
            return click(unclicked.remove());
        }
        return events.next();
    }

    private FeedEvent impression() {
        String id = CAMPAIGN + "-" + made++;
        Impression impression = Impression.newBuilder()
                .setId(id)
                .setTime(events.horizonMs())
                .setAdvertiserId(ADVERTISER)
                .setCampaignId(CAMPAIGN)
                .setCreativeId(id)
                .setPriceMicros(1_000)
                .setCurrency("USD")
                .build();
        Probe probe = new Probe("cookie-" + id, impression);
        unclicked.add(probe);
        return new FeedEvent(dc, EventType.IMPRESSION, probe.key(), impression, impression.getTime());
    }

    /** The click has the id of its creative. */
    private FeedEvent click(Probe probe) {
        Click click = Click.newBuilder()
                .setId(probe.impression().getCreativeId())
                .setTime(events.horizonMs())
                .setAdvertiserId(ADVERTISER)
                .setImpressionId(probe.impression().getId())
                .build();
        return new FeedEvent(dc, EventType.CLICK, probe.key(), click, click.getTime());
    }

    @Override
    public long horizonMs() {
        return events.horizonMs();
    }

    @Override
    public void close() {
        events.close();
    }
}
