package io.lightflow.invariant;

import io.lightflow.attribution.Windows;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A story told block by block on one data center: what comes, what time it gets, what is put out. */
final class Scene {
    /** A day's start, so that times in the tests can be small numbers of ms after it. */
    static final long T0 = 19_723L * 24 * 3_600_000;

    static final long SECOND = 1_000;
    static final long HOUR = 3_600_000;
    static final String KEY = "cookie";
    static final String ADVERTISER = "acme";

    private final Map<EventType, TopicLog> logs = new EnumMap<>(EventType.class);
    private final ShardRun run;

    Scene() {
        this(JoinSettings.defaults("eu"));
    }

    Scene(JoinSettings settings) {
        run = new ShardRun(settings);
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

    static Draft impression(String id, long time) {
        return Draft.impression(KEY, id, T0 + time, ADVERTISER);
    }

    static Draft click(String id, long time, String impressionId) {
        return Draft.click(KEY, id, T0 + time, ADVERTISER, impressionId);
    }

    static Draft conversion(String id, long time) {
        return Draft.conversion(KEY, id, T0 + time, ADVERTISER, null, null);
    }

    static Draft tag(String id, long time) {
        return Draft.tag(KEY, id, T0 + time, ADVERTISER);
    }

    /** Appends events to their topics without reading them. */
    Scene append(Draft... drafts) {
        for (Draft draft : drafts) {
            logs.get(draft.type()).append(draft);
        }
        return this;
    }

    /** Everything that was appended and not read yet, as one block. */
    Block block() {
        return block(Long.MAX_VALUE);
    }

    /** At most so many offsets of each topic, as one block. */
    Block block(long most) {
        List<BlockPart> parts = new ArrayList<>();
        for (TopicLog log : logs.values()) {
            long next = run.position().nextOffset(log.topic(), log.incarnation());
            parts.add(log.part(next, next + Math.min(most, log.end() - next)));
        }
        return ShardRun.block(parts);
    }

    /** Reads these events, and all that was appended before, in one block. What is put out, sorted. */
    List<Outcome> read(Draft... drafts) {
        append(drafts);
        return ShardRun.outcomes(run.commit(block()));
    }

    /** Everything from an earlier position on, as one block. */
    Block blockFrom(Position position) {
        return ShardRun.block(logs.values().stream()
                .map(log -> log.part(position.nextOffset(log.topic(), log.incarnation()), log.end()))
                .toList());
    }

    /** Moves the watermark to a time, by beacons in all topics. What is put out, sorted. */
    List<Outcome> watermark(long time) {
        long disorderMs = run.settings().allowedDisorder().toMillis();
        logs.values().forEach(log -> log.beacon(T0 + time + disorderMs));
        return ShardRun.outcomes(run.commit(block()));
    }

    TopicLog log(EventType type) {
        return logs.get(type);
    }

    /** The topic of this type was deleted and made again, with the same records. */
    void remake(EventType type, int incarnation) {
        logs.put(type, logs.get(type).remade(incarnation));
    }

    ShardRun run() {
        return run;
    }
}
