package io.lightflow.lab.up;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.KeyPartitioner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;

/** Feeds a few events that a test has made, and helps to make them. */
final class EventsFeed implements Feed {
    static final String DC = "us-west";
    static final long PRICE_MICROS = 1_000;

    private final List<FeedEvent> events;
    private int next;

    EventsFeed(List<FeedEvent> events) {
        this.events = List.copyOf(events);
    }

    /** A join key that belongs to a shard. */
    static String key(String prefix, int shard, int shards) {
        for (int i = 0; ; i++) {
            String key = prefix + "-" + i;
            if (KeyPartitioner.partition(key.getBytes(StandardCharsets.UTF_8), shards) == shard) {
                return key;
            }
        }
    }

    /** An impression with the id of its key. */
    static FeedEvent impression(String key, long timeMs) {
        return impression(key, key, PRICE_MICROS, timeMs);
    }

    static FeedEvent impression(String key, String id, long priceMicros, long timeMs) {
        return event(
                EventType.IMPRESSION,
                key,
                timeMs,
                Impression.newBuilder()
                        .setId(id)
                        .setTime(timeMs)
                        .setAdvertiserId("advertiser")
                        .setCampaignId("campaign")
                        .setCreativeId("creative")
                        .setPriceMicros(priceMicros)
                        .setCurrency("USD")
                        .setExchange("exchange")
                        .setPublisher("publisher")
                        .setCountry("US")
                        .setDevice("phone")
                        .build());
    }

    /** A click on the impression with the id of its key. */
    static FeedEvent click(String key, long timeMs) {
        return event(
                EventType.CLICK,
                key,
                timeMs,
                Click.newBuilder()
                        .setId("click-" + key)
                        .setTime(timeMs)
                        .setAdvertiserId("advertiser")
                        .setImpressionId(key)
                        .build());
    }

    /** A conversion that names neither click nor impression. */
    static FeedEvent conversion(String key, String id, long timeMs) {
        return event(
                EventType.CONVERSION,
                key,
                timeMs,
                Conversion.newBuilder()
                        .setId(id)
                        .setTime(timeMs)
                        .setAdvertiserId("advertiser")
                        .build());
    }

    private static FeedEvent event(EventType type, String key, long timeMs, SpecificRecordBase record) {
        return new FeedEvent(DC, type, key, record, timeMs);
    }

    @Override
    public String name() {
        return "events:" + events.hashCode();
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
