package io.lightflow.invariant;

import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.event.Tag;
import org.apache.avro.specific.SpecificRecord;

/**
 * A light event as an ad server emits it, without an origin. Appending the same sample twice creates a duplicate.
 *
 * @param type its type
 * @param joinKey key of its record
 * @param id its id
 * @param time its event time, ms since the Unix epoch
 * @param record the event
 * @param body the event, encoded
 */
public record SampleEvent(EventType type, String joinKey, String id, long time, SpecificRecord record, byte[] body) {

    public static SampleEvent impression(String joinKey, String id, long time, String advertiserId) {
        return of(
                joinKey,
                Impression.newBuilder()
                        .setId(id)
                        .setTime(time)
                        .setAdvertiserId(advertiserId)
                        .setCampaignId("campaign-" + advertiserId)
                        .setCreativeId("creative-" + id.length())
                        .setRegion("region-" + Math.floorMod(id.hashCode(), 3))
                        .setPriceMicros(1_000 + id.length())
                        .setCurrency("USD")
                        .build());
    }

    public static SampleEvent click(String joinKey, String id, long time, String advertiserId, String impressionId) {
        return of(
                joinKey,
                Click.newBuilder()
                        .setId(id)
                        .setTime(time)
                        .setAdvertiserId(advertiserId)
                        .setImpressionId(impressionId)
                        .build());
    }

    /** A conversion that names a click, an impression, or nothing if both are null. */
    public static SampleEvent conversion(
            String joinKey, String id, long time, String advertiserId, String clickId, String impressionId) {
        return of(
                joinKey,
                Conversion.newBuilder()
                        .setId(id)
                        .setTime(time)
                        .setAdvertiserId(advertiserId)
                        .setClickId(clickId)
                        .setImpressionId(impressionId)
                        .setRevenueMicros(50_000_000)
                        .setCurrency("USD")
                        .build());
    }

    public static SampleEvent tag(String joinKey, String id, long time, String advertiserId) {
        return of(
                joinKey,
                Tag.newBuilder()
                        .setId(id)
                        .setTime(time)
                        .setAdvertiserId(advertiserId)
                        .build());
    }

    public static SampleEvent of(String joinKey, SpecificRecord record) {
        byte[] body = new BodyEncoder().encode(record);
        if (record instanceof Impression event) {
            return new SampleEvent(EventType.IMPRESSION, joinKey, event.getId(), event.getTime(), record, body);
        } else if (record instanceof Click event) {
            return new SampleEvent(EventType.CLICK, joinKey, event.getId(), event.getTime(), record, body);
        } else if (record instanceof Conversion event) {
            return new SampleEvent(EventType.CONVERSION, joinKey, event.getId(), event.getTime(), record, body);
        }
        Tag event = (Tag) record;
        return new SampleEvent(EventType.TAG, joinKey, event.getId(), event.getTime(), record, body);
    }

    /** The same event with another time, as from a server that sends an id twice. */
    public SampleEvent withTime(long other) {
        if (record instanceof Impression event) {
            return of(joinKey, Impression.newBuilder(event).setTime(other).build());
        } else if (record instanceof Click event) {
            return of(joinKey, Click.newBuilder(event).setTime(other).build());
        } else if (record instanceof Conversion event) {
            return of(joinKey, Conversion.newBuilder(event).setTime(other).build());
        }
        return of(joinKey, Tag.newBuilder((Tag) record).setTime(other).build());
    }

    /** The same event from a browser; a conversion, which has none, stays as it is. */
    SampleEvent withClient(String userAgent, String ip) {
        if (record instanceof Impression event) {
            return of(
                    joinKey,
                    Impression.newBuilder(event)
                            .setUserAgent(userAgent)
                            .setIp(ip)
                            .build());
        } else if (record instanceof Click event) {
            return of(
                    joinKey,
                    Click.newBuilder(event).setUserAgent(userAgent).setIp(ip).build());
        } else if (record instanceof Tag event) {
            return of(joinKey, Tag.newBuilder(event).setUserAgent(userAgent).build());
        }
        return this;
    }

    /** The same impression in a placement; another event stays as it is. */
    SampleEvent in(String placement) {
        return record instanceof Impression event
                ? of(
                        joinKey,
                        Impression.newBuilder(event).setPlacement(placement).build())
                : this;
    }

    /** The same impression or click, which a browser requested ahead of time. */
    SampleEvent prefetched() {
        if (record instanceof Impression event) {
            return of(joinKey, Impression.newBuilder(event).setPrefetched(true).build());
        }
        return record instanceof Click event
                ? of(joinKey, Click.newBuilder(event).setPrefetched(true).build())
                : this;
    }

    /** The event as read at an offset. Its record was produced a second after its event time. */
    public LightEvent at(Origin origin) {
        return new LightEvent(type, joinKey, id, time, record, body, origin, time + 1_000);
    }
}
