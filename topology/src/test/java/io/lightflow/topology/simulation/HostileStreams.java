package io.lightflow.topology.simulation;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.WireFormat;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.invariant.TopicLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Additions of broken and hostile servers to the streams: amounts whose sums exceed 64 bits, as an earlier build may
 * have let through, and events on which the step fails.
 */
final class HostileStreams {
    private static final String FAILING_ID = "fails-";
    private static final long[] AMOUNTS = {Long.MAX_VALUE, Long.MAX_VALUE / 2, 1L << 62, 0};

    private HostileStreams() {}

    /** In some worlds, the prices of some impressions are extreme. Copies of an event keep the same price. */
    static List<Stream> withExtremeAmounts(List<Stream> streams, long seed) {
        if (Math.floorMod(seed, 3) != 0) {
            return streams;
        }
        return streams.stream()
                .map(stream -> changed(stream, log -> copy(log, entry -> withExtremeAmount(entry, seed))))
                .toList();
    }

    private static BlockEntry withExtremeAmount(BlockEntry entry, long seed) {
        if (!(entry instanceof LightEvent event) || event.type() != EventType.IMPRESSION) {
            return entry;
        }
        Random random = new Random(seed * 31 + (event.joinKey() + event.id()).hashCode());
        if (random.nextInt(2) == 0) {
            return entry;
        }
        Impression impression = Impression.newBuilder((Impression) event.record())
                .setPriceMicros(AMOUNTS[random.nextInt(AMOUNTS.length)])
                .build();
        return SampleEvent.of(event.joinKey(), impression).at(event.origin());
    }

    /** Some topics of clicks get events on which the step fails, since their records are of another type. */
    static List<Stream> withFailingEvents(List<Stream> streams, long seed) {
        Random random = new Random(seed ^ 0xfa11);
        return streams.stream()
                .map(stream -> changed(stream, log -> {
                    boolean fails = log.type() == EventType.CLICK && random.nextInt(8) == 0;
                    return fails ? withFailingEvents(stream, log, random) : log;
                }))
                .toList();
    }

    /** Their times move no watermark: they are not beyond those of the records before. */
    private static TopicLog withFailingEvents(Stream stream, TopicLog log, Random random) {
        List<LightEvent> events = stream.events();
        TopicLog copy = new TopicLog(log.topic(), log.type(), log.incarnation());
        long greatest = 0;
        for (BlockEntry entry : log.entries()) {
            if (greatest > 0 && !events.isEmpty() && random.nextInt(6) == 0) {
                String joinKey = events.get(random.nextInt(events.size())).joinKey();
                copy.append(failing(joinKey, FAILING_ID + random.nextInt(3), greatest));
            }
            copy.append(entry);
            if (entry instanceof LightEvent event) {
                greatest = Math.max(greatest, event.time());
            } else if (entry instanceof BeaconMark beacon) {
                greatest = Math.max(greatest, beacon.time());
            }
        }
        return copy;
    }

    private static SampleEvent failing(String joinKey, String id, long time) {
        SampleEvent tag = SampleEvent.tag(joinKey, id, time, "advertiser-0");
        return new SampleEvent(EventType.CLICK, joinKey, id, time, tag.record(), tag.body());
    }

    static boolean isFailing(BlockEntry entry) {
        return entry instanceof LightEvent event && event.id().startsWith(FAILING_ID);
    }

    /** The value with which an event on which the step fails is rejected. */
    static ByteBuffer rejectedValue(LightEvent event, TestSchemas schemas) {
        byte[] header = new byte[WireFormat.HEADER_BYTES];
        WireFormat.writeHeader(header, schemas.id(Click.getClassSchema()));
        return ByteBuffer.allocate(header.length + event.body().length)
                .put(header)
                .put(event.body())
                .flip();
    }

    static Stream changed(Stream stream, UnaryOperator<TopicLog> change) {
        List<TopicLog> topics = new ArrayList<>();
        stream.topics().forEach(log -> topics.add(change.apply(log)));
        return new Stream(stream.settings(), topics);
    }

    static TopicLog copy(TopicLog log, UnaryOperator<BlockEntry> change) {
        TopicLog copy = new TopicLog(log.topic(), log.type(), log.incarnation());
        for (BlockEntry entry : log.entries()) {
            copy.markers((int) (entry.offset() - copy.end()));
            copy.append(change.apply(entry));
        }
        return copy;
    }
}
