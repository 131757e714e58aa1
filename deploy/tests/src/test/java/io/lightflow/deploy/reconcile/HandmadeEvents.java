package io.lightflow.deploy.reconcile;

import io.lightflow.deploy.reconcile.HandmadeTopics.Sent;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.Provenance;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.Tag;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;

/** Events of one hour, their outputs and their statistics, written by hand: no join has seen them. */
final class HandmadeEvents {
    private final HandmadeTopics topics;
    private final String group;
    private final String dc;
    private final Instant hour;
    private final Statistics statistics = new Statistics();

    HandmadeEvents(HandmadeTopics topics, String group, String dc, Instant hour) {
        this.topics = topics;
        this.group = group;
        this.dc = dc;
        this.hour = hour;
    }

    /** The central topic of a type's light events. */
    String light(EventType type) {
        return type.centralTopic(dc);
    }

    String output(OutputTopic topic) {
        return topic.of(group);
    }

    /** The statistics of all joined events that were sent. */
    Statistics statistics() {
        return statistics;
    }

    /** Sends events of every type and fate. */
    void sendAll() {
        for (int i = 0; i < 12; i++) {
            int shard = i % SmallWorld.SHARDS;
            Sent impression = impression(i, shard);
            joined(impression);
            if (i % 2 == 0) {
                Sent click = click("c" + i, "i" + i, i, shard);
                joinedClick(click, impression);
                conversion(i, shard, click, impression);
            }
            if (i % 3 == 0) {
                tag(i, shard);
            }
        }
        orphan(click("lonely", "nowhere", 20, 1));
        reject(send(light(EventType.CLICK), 0, "user", "no event".getBytes(StandardCharsets.UTF_8), null, 21));
        impression(3, 1); // the mirror's second copy
    }

    Sent impression(int i, int shard) {
        return send(
                light(EventType.IMPRESSION),
                shard,
                "user" + shard,
                Impression.newBuilder()
                        .setId("i" + i)
                        .setTime(time(i))
                        .setAdvertiserId("advertiser")
                        .setCampaignId("campaign" + i % 3)
                        .setCreativeId("creative")
                        .setPriceMicros(1_000 + i)
                        .setCurrency("EUR")
                        .setCountry("PL")
                        .build(),
                i);
    }

    Sent joined(Sent light) {
        Impression impression = (Impression) light.event();
        count(impression.getTime(), impression, impression.getCurrency()).impressions++;
        count(impression.getTime(), impression, impression.getCurrency()).spendMicros += impression.getPriceMicros();
        return send(
                output(OutputTopic.IMPRESSIONS),
                light.origin().getPartition(),
                "user" + light.origin().getPartition(),
                JoinedImpression.newBuilder()
                        .setProvenance(provenance(light))
                        .setImpression(impression)
                        .build(),
                30);
    }

    Sent click(String id, String impression, int number, int shard) {
        return send(
                light(EventType.CLICK),
                shard,
                "user" + shard,
                Click.newBuilder()
                        .setId(id)
                        .setTime(time(number) + 500)
                        .setAdvertiserId("advertiser")
                        .setImpressionId(impression)
                        .setPriceMicros(50)
                        .setCurrency("EUR")
                        .build(),
                number);
    }

    private Sent joinedClick(Sent light, Sent impression) {
        Click click = (Click) light.event();
        Impression of = (Impression) impression.event();
        count(click.getTime(), of, click.getCurrency()).clicks++;
        count(click.getTime(), of, click.getCurrency()).spendMicros += click.getPriceMicros();
        return send(
                output(OutputTopic.CLICKS),
                light.origin().getPartition(),
                "user" + light.origin().getPartition(),
                JoinedClick.newBuilder()
                        .setProvenance(provenance(light))
                        .setImpressionOrigin(impression.origin())
                        .setClick(click)
                        .setImpression(of)
                        .build(),
                31);
    }

    private void orphan(Sent light) {
        send(
                output(OutputTopic.ORPHANS),
                light.origin().getPartition(),
                "user" + light.origin().getPartition(),
                OrphanClick.newBuilder()
                        .setProvenance(provenance(light))
                        .setClick((Click) light.event())
                        .build(),
                32);
    }

    private void conversion(int i, int shard, Sent click, Sent impression) {
        Sent light = send(
                light(EventType.CONVERSION),
                shard,
                "user" + shard,
                Conversion.newBuilder()
                        .setId("v" + i)
                        .setTime(time(i) + 900)
                        .setAdvertiserId("advertiser")
                        .setRevenueMicros(7_000_000)
                        .setCurrency("PLN")
                        .build(),
                i);
        Conversion conversion = (Conversion) light.event();
        JoinedConversion.Builder joined = JoinedConversion.newBuilder()
                .setProvenance(provenance(light))
                .setConversion(conversion)
                .setAttribution(AttributionKind.NONE)
                .setClickNumber(0);
        if (i % 4 == 0) {
            Impression of = (Impression) impression.event();
            joined.setAttribution(AttributionKind.CLICK)
                    .setClickNumber(1)
                    .setClickOrigin(click.origin())
                    .setClick((Click) click.event())
                    .setImpressionOrigin(impression.origin())
                    .setImpression(of);
            count(conversion.getTime(), of, "PLN").conversions++;
            count(conversion.getTime(), of, "PLN").revenueMicros += conversion.getRevenueMicros();
        }
        send(output(OutputTopic.CONVERSIONS), shard, "user" + shard, joined.build(), 33);
    }

    private void tag(int i, int shard) {
        Sent light = send(
                light(EventType.TAG),
                shard,
                "user" + shard,
                Tag.newBuilder()
                        .setId("t" + i)
                        .setTime(time(i))
                        .setAdvertiserId("advertiser")
                        .build(),
                i);
        send(
                output(OutputTopic.TAGS),
                shard,
                "user" + shard,
                JoinedTag.newBuilder()
                        .setProvenance(provenance(light))
                        .setTag((Tag) light.event())
                        .build(),
                34);
    }

    private void reject(Sent light) {
        send(
                output(OutputTopic.REJECTED),
                light.origin().getPartition(),
                "user",
                RejectedEvent.newBuilder()
                        .setProvenance(provenance(light))
                        .setReason("expected an event")
                        .setValue(ByteBuffer.wrap(light.record().value()))
                        .build(),
                35);
    }

    private static Provenance provenance(Sent light) {
        return Provenance.newBuilder()
                .setOrigin(light.origin())
                .setTxid(1)
                .setProducedMs(light.record().timestampMs())
                .setReadMs(light.record().timestampMs() + 1)
                .setLate(false)
                .setInvalid(false)
                .build();
    }

    private Counts count(long time, Impression impression, String currency) {
        return statistics.minute(StatisticsKey.of(time - time % Statistics.MINUTE_MS)
                .with(Dimension.CAMPAIGN, impression.getCampaignId())
                .with(Dimension.CREATIVE, impression.getCreativeId())
                .with(Dimension.ADVERTISER, impression.getAdvertiserId())
                .with(Dimension.COUNTRY, impression.getCountry())
                .with(Dimension.DATA_CENTER, dc)
                .with(Dimension.CURRENCY, currency));
    }

    private long time(int number) {
        return hour.toEpochMilli() + number * 1_000L;
    }

    private Sent send(String topic, int shard, String key, SpecificRecord event, int second) {
        return send(topic, shard, key, topics.value(event), event, second);
    }

    private Sent send(String topic, int shard, String key, byte[] value, SpecificRecord event, int second) {
        return topics.send(topic, shard, key, value, event, time(second) + 999);
    }
}
