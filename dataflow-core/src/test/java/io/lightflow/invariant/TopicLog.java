package io.lightflow.invariant;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.event.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** One topic-partition: records at ascending offsets, with gaps for transaction markers. */
public final class TopicLog {
    private final String topic;
    private final EventType type;
    private final int incarnation;
    private final List<BlockEntry> entries = new ArrayList<>();
    private long end;

    public TopicLog(String topic, EventType type, int incarnation) {
        this.topic = topic;
        this.type = type;
        this.incarnation = incarnation;
    }

    public String topic() {
        return topic;
    }

    public EventType type() {
        return type;
    }

    public int incarnation() {
        return incarnation;
    }

    /** Offset after the last record or marker. */
    public long end() {
        return end;
    }

    public TopicLog append(SampleEvent... samples) {
        for (SampleEvent sample : samples) {
            entries.add(sample.at(new Origin(incarnation, end++)));
        }
        return this;
    }

    public TopicLog beacon(long time) {
        return beacon(time, "");
    }

    /** @param producer name of the server that sends it; empty if it names none */
    public TopicLog beacon(long time, String producer) {
        entries.add(new BeaconMark(end++, time, producer));
        return this;
    }

    /** Appends the beacons that end the log: one of each producer that has sent any, or one without a name. */
    TopicLog close(long time) {
        Set<String> producers = new LinkedHashSet<>();
        for (BlockEntry entry : entries) {
            if (entry instanceof BeaconMark beacon) {
                producers.add(beacon.producer());
            }
        }
        producers.add("");
        producers.forEach(producer -> beacon(time, producer));
        return this;
    }

    /** A record that cannot be decoded. */
    public TopicLog garbage(long producedMs) {
        byte[] value = ("garbage " + end).getBytes(StandardCharsets.UTF_8);
        entries.add(new Rejection(end++, null, value, "expected an event, found garbage", producedMs));
        return this;
    }

    /** Skips offsets, as transaction markers do. */
    public TopicLog markers(int count) {
        end += count;
        return this;
    }

    /** The records in [from, to). */
    public BlockPart part(long from, long to) {
        List<BlockEntry> found = entries.stream()
                .filter(entry -> entry.offset() >= from && entry.offset() < to)
                .toList();
        return new BlockPart(topic, type, incarnation, from, to, false, found);
    }

    public List<BlockEntry> entries() {
        return List.copyOf(entries);
    }

    public List<LightEvent> events() {
        return entries.stream()
                .filter(LightEvent.class::isInstance)
                .map(LightEvent.class::cast)
                .toList();
    }

    public long rejections() {
        return entries.stream().filter(Rejection.class::isInstance).count();
    }

    /** The same records in another order. */
    TopicLog shuffled(Random random) {
        List<BlockEntry> order = new ArrayList<>(entries);
        Collections.shuffle(order, random);
        TopicLog shuffled = new TopicLog(topic, type, incarnation);
        order.forEach(shuffled::append);
        return shuffled;
    }

    /** Appends a copy of an entry of any offset and topic. */
    public void append(BlockEntry entry) {
        if (entry instanceof LightEvent event) {
            append(new SampleEvent(
                    event.type(), event.joinKey(), event.id(), event.time(), event.record(), event.body()));
        } else if (entry instanceof BeaconMark beacon) {
            beacon(beacon.time(), beacon.producer());
        } else {
            Rejection rejected = (Rejection) entry;
            entries.add(
                    new Rejection(end++, rejected.key(), rejected.value(), rejected.reason(), rejected.producedMs()));
        }
    }

    /** The prefix of this log up to an offset. */
    public TopicLog until(long to) {
        TopicLog beginning = new TopicLog(topic, type, incarnation);
        entries.stream().filter(entry -> entry.offset() < to).forEach(beginning.entries::add);
        beginning.end = to;
        return beginning;
    }

    /** The recreated topic: the same records from offset 0, without the gaps. */
    TopicLog recreated(int newIncarnation) {
        TopicLog recreated = new TopicLog(topic, type, newIncarnation);
        entries.forEach(recreated::append);
        return recreated;
    }
}
