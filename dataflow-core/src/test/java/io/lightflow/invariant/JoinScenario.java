package io.lightflow.invariant;

import io.lightflow.attribution.Windows;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Drives the join block by block with events of one data center, and returns its outputs. */
final class JoinScenario {
    /** The start of a day. Times in the tests are small numbers of ms after it. */
    static final long T0 = 19_723L * 24 * 3_600_000;

    static final long SECOND = 1_000;
    static final long HOUR = 3_600_000;
    static final String KEY = "cookie";
    static final String ADVERTISER = "acme";

    private final Map<EventType, TopicLog> logs = new EnumMap<>(EventType.class);
    private final ShardRun run;

    JoinScenario() {
        this(JoinSettings.defaults("eu"));
    }

    JoinScenario(JoinSettings settings) {
        this(settings, new MemoryJoinStore(), new TestSchemas());
    }

    JoinScenario(JoinSettings settings, JoinStore store, TestSchemas schemas) {
        run = new ShardRun(settings, store, schemas);
        for (EventType type : EventType.values()) {
            logs.put(type, new TopicLog(type.centralTopic("eu"), type, 100 + type.ordinal()));
        }
    }

    /** Clicks wait 1 h, look back 10 h; conversions look back 10 h at clicks and 5 h at views. */
    static JoinSettings shortWindows() {
        return new JoinSettings(
                "eu",
                Duration.ofSeconds(5),
                new Windows(Duration.ofHours(10), Duration.ofHours(1), Duration.ofHours(10), Duration.ofHours(5)),
                Map.of(),
                JoinSettings.DEFAULT_ROW_CAP);
    }

    static JoinSettings withRowCap(int rowCap) {
        JoinSettings settings = shortWindows();
        return new JoinSettings(
                settings.group(),
                settings.allowedDisorder(),
                settings.windows(),
                settings.windowsByAdvertiser(),
                rowCap);
    }

    static SampleEvent impression(String id, long time) {
        return SampleEvent.impression(KEY, id, T0 + time, ADVERTISER);
    }

    static SampleEvent click(String id, long time, String impressionId) {
        return SampleEvent.click(KEY, id, T0 + time, ADVERTISER, impressionId);
    }

    static SampleEvent conversion(String id, long time) {
        return SampleEvent.conversion(KEY, id, T0 + time, ADVERTISER, null, null);
    }

    static SampleEvent tag(String id, long time) {
        return SampleEvent.tag(KEY, id, T0 + time, ADVERTISER);
    }

    /** Appends events to their topics without reading them. */
    JoinScenario append(SampleEvent... samples) {
        for (SampleEvent sample : samples) {
            logs.get(sample.type()).append(sample);
        }
        return this;
    }

    /** All records that were appended and not read yet, as one block. */
    Block block() {
        return block(Long.MAX_VALUE);
    }

    /** The next offsets of each topic, at most {@code max}, as one block. */
    Block block(long max) {
        List<BlockPart> parts = new ArrayList<>();
        for (TopicLog log : logs.values()) {
            long next = run.position().nextOffset(log.topic(), log.incarnation());
            parts.add(log.part(next, next + Math.min(max, log.end() - next)));
        }
        return ShardRun.block(parts);
    }

    /** Reads these events, and all that were appended before, in one block. Returns the outputs, sorted. */
    List<Outcome> read(SampleEvent... samples) {
        append(samples);
        return ShardRun.outcomes(run.commit(block()));
    }

    /** All records from an earlier position on, as one block. */
    Block blockFrom(Position position) {
        return ShardRun.block(logs.values().stream()
                .map(log -> log.part(position.nextOffset(log.topic(), log.incarnation()), log.end()))
                .toList());
    }

    /** Moves the watermark to a time by beacons in all topics. Returns the outputs, sorted. */
    List<Outcome> watermark(long time) {
        appendBeacons(time);
        return ShardRun.outcomes(run.commit(block()));
    }

    /** Appends beacons to all topics that move the watermark to a time. */
    void appendBeacons(long time) {
        long disorderMs = run.settings().allowedDisorder().toMillis();
        logs.values().forEach(log -> log.beacon(T0 + time + disorderMs));
    }

    /** An attempt that crashes before it commits. Its cells may be in the store. */
    StepResult crash(Block block) {
        StepResult attempt = run.attempt(run.position(), block);
        run.takeOver();
        return attempt;
    }

    /** The block after events of one type from a topic that precedes its own. */
    Block preceded(SampleEvent... first) {
        EventType type = first[0].type();
        TopicLog other = new TopicLog("a-" + type.centralTopic("eu"), type, 77);
        for (SampleEvent event : first) {
            other.append(event);
        }
        List<BlockPart> parts = new ArrayList<>(block().parts());
        parts.add(0, other.part(0, other.end()));
        return ShardRun.block(parts);
    }

    TopicLog log(EventType type) {
        return logs.get(type);
    }

    /** Recreates the topic of this type with the same records. */
    void recreate(EventType type, int incarnation) {
        logs.put(type, logs.get(type).recreated(incarnation));
    }

    ShardRun run() {
        return run;
    }
}
