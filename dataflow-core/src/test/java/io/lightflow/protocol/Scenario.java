package io.lightflow.protocol;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.invariant.BruteForce;
import io.lightflow.invariant.Outcome;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TopicLog;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.List;

/** A small log of one shard, and its correct outputs at each position. */
final class Scenario {
    static final int SHARD = 0;
    private static final long NOON = 19_723L * 24 * 3_600_000 + 12 * 3_600_000;
    private static final String KEY = "cookie";
    private static final String ADVERTISER = "acme";

    private final String name;
    private final Tearing tearing;
    private final JoinSettings settings = JoinSettings.defaults("eu");
    private final List<TopicLog> topics = new ArrayList<>();

    /** The part of a write that may be done when its attempt crashes. */
    enum Tearing {
        /** Any of its cells. */
        ANY_PART,
        /** Any number of its first cells: fewer states, for a larger log. */
        ANY_BEGINNING
    }

    Scenario(String name, Tearing tearing) {
        this.name = name;
        this.tearing = tearing;
    }

    static SampleEvent impression(String id, int second) {
        return SampleEvent.impression(KEY, id, NOON + second * 1_000L, ADVERTISER);
    }

    static SampleEvent click(String id, int second, String impressionId) {
        return SampleEvent.click(KEY, id, NOON + second * 1_000L, ADVERTISER, impressionId);
    }

    static SampleEvent conversion(String id, int second) {
        return SampleEvent.conversion(KEY, id, NOON + second * 1_000L, ADVERTISER, null, null);
    }

    /**
     * Adds a topic with these events at offsets 0, 1, …. An event that occurs twice, in this topic or in another one of
     * the type, is a mirror's duplicate.
     */
    Scenario topic(EventType type, SampleEvent... events) {
        int number = topics.size();
        topics.add(new TopicLog(type.centralTopic("dc" + number), type, 100 + number).append(events));
        return this;
    }

    /** Adds a topic with one event and a beacon. */
    Scenario topic(EventType type, SampleEvent event, int beaconSecond) {
        topic(type, event);
        topics.get(topics.size() - 1).beacon(NOON + beaconSecond * 1_000L);
        return this;
    }

    Tearing tearing() {
        return tearing;
    }

    JoinSettings settings() {
        return settings;
    }

    List<TopicLog> topics() {
        return topics;
    }

    List<Long> offsets(Position position) {
        return topics.stream()
                .map(topic -> position.nextOffset(topic.topic(), topic.incarnation()))
                .toList();
    }

    boolean isAtEnd(Position position) {
        return offsets(position).equals(topics.stream().map(TopicLog::end).toList());
    }

    /** The records from one offset of each topic to another. */
    Block block(List<Long> from, List<Long> to) {
        List<BlockPart> parts = new ArrayList<>();
        for (int i = 0; i < topics.size(); i++) {
            parts.add(topics.get(i).part(from.get(i), to.get(i)));
        }
        return new Block(SHARD, parts, NOON);
    }

    /** The possible ends of a block with new records: any length in each topic. */
    List<List<Long>> ends(Position position) {
        List<Long> next = offsets(position);
        List<List<Long>> ends = List.of(List.of());
        for (int i = 0; i < topics.size(); i++) {
            List<List<Long>> longer = new ArrayList<>();
            for (List<Long> end : ends) {
                for (long to = next.get(i); to <= topics.get(i).end(); to++) {
                    List<Long> one = new ArrayList<>(end);
                    one.add(to);
                    longer.add(List.copyOf(one));
                }
            }
            ends = longer;
        }
        return ends.stream().filter(end -> !end.equals(next)).toList();
    }

    /** The correct answer once everything below the position has been ingested. */
    BruteForce.Answer answer(Position position) {
        List<Long> next = offsets(position);
        List<LightEvent> events = new ArrayList<>();
        for (int i = 0; i < topics.size(); i++) {
            long end = next.get(i);
            topics.get(i).events().stream()
                    .filter(event -> event.offset() < end)
                    .forEach(events::add);
        }
        BruteForce.Answer answer = BruteForce.of(settings, events);
        List<Outcome> decided = answer.outcomes().stream()
                .filter(outcome -> isDecided(outcome, events, position.watermark()))
                .toList();
        return new BruteForce.Answer(decided, answer.books(), answer.counted(), answer.rejected(), answer.marks());
    }

    /** The correct outputs at the end. */
    List<Outcome> ending() {
        List<LightEvent> events =
                topics.stream().flatMap(topic -> topic.events().stream()).toList();
        return BruteForce.of(settings, events).outcomes();
    }

    /** Brute force gives the final answer. Until the watermark gets there, some outcomes are undecided. */
    private boolean isDecided(Outcome outcome, List<LightEvent> events, long watermark) {
        if (outcome.kind().equals("conversion")) {
            return watermark
                    > timeOf(outcome, EventType.CONVERSION, events)
                            + settings.allowedDisorder().toMillis();
        }
        if (outcome.fate().equals("orphan")) {
            return watermark
                    > timeOf(outcome, EventType.CLICK, events)
                            + settings.windowsOf(ADVERTISER).orphanAfter().toMillis();
        }
        return true;
    }

    private static long timeOf(Outcome outcome, EventType type, List<LightEvent> events) {
        return events.stream()
                .filter(event -> event.type() == type && event.id().equals(outcome.id()))
                .findFirst()
                .orElseThrow()
                .time();
    }

    @Override
    public String toString() {
        return name;
    }
}
