package io.lightflow.join;

import io.lightflow.attribution.Attribution;
import io.lightflow.attribution.Windows;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.event.OutputEncoder;
import io.lightflow.event.OutputEncoder.EventSource;
import io.lightflow.event.OutputEncoder.Trace;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.Rejection;
import io.lightflow.event.TimeMark;
import io.lightflow.event.WireFormat;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.JoinProgress;
import io.lightflow.position.Position;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import io.lightflow.watermark.Watermarks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The join of one block. Its methods are called in this order: timer rows, key rows, day rows, crowded rows, hidden
 * cells, finish. All events of the block are ingested at the old watermark. Then the watermark moves, and everything
 * due in (old, new] is decided. So the outcome does not depend on the order within the block.
 */
final class BlockJoin {
    private final JoinSettings settings;
    private final Attribution attribution;
    private final OutputEncoder encoder;
    private final StoredBodies bodies;
    private final StoredCells storedCells;
    private final Block block;
    private final long txid;
    private final Position position;
    private final Visibility visibility;
    private final long oldWatermark;
    private final long newWatermark;
    private final Position next;
    private final long maxOutputBytes;
    private long outputBytes;
    /** Greatest due time of all timers, including those of this block. */
    private long lastTimer;

    private final Books.Editor books;
    private final List<NewCell> cells = new ArrayList<>();
    private final List<OutputEvent> outputs = new ArrayList<>();
    private final Map<String, KeyState> keys = new LinkedHashMap<>();
    private final Map<Integer, String> topicsByIncarnation = new HashMap<>();

    BlockJoin(
            JoinSettings settings,
            Attribution attribution,
            OutputEncoder encoder,
            StoredBodies bodies,
            StoredCells storedCells,
            Position position,
            Block block,
            long txid,
            long maxOutputBytes) {
        this.settings = settings;
        this.attribution = attribution;
        this.encoder = encoder;
        this.bodies = bodies;
        this.storedCells = storedCells;
        this.block = block;
        this.txid = txid;
        this.maxOutputBytes = block.size() > 1 ? maxOutputBytes : Long.MAX_VALUE;
        this.position = position;
        this.visibility = position.visibility();
        this.books = position.books().edit();
        Watermarks.BlockTimes times = Watermarks.times(position, block);
        this.oldWatermark = position.watermark();
        this.newWatermark = Watermarks.after(
                position, block, times, settings.allowedDisorder().toMillis());
        this.next = position.after(block, times.maxTimes(), times.clocks(), newWatermark, txid, position.books());
        this.lastTimer = position.join().lastTimer();
        ingestEvents();
    }

    private void ingestEvents() {
        long maxAgeMs = settings.maxAge().toMillis();
        for (BlockPart part : block.parts()) {
            long committed = position.nextOffset(part.topic(), part.incarnation());
            long newest = newestBefore(part);
            for (BlockEntry entry : part.entries()) {
                if (entry.offset() < committed) {
                    continue;
                }
                if (entry instanceof LightEvent event) {
                    books.add(event.type(), Entry.IN, 1);
                    KeyState key = key(event.joinKey());
                    key.events.add(event);
                    if (event.time() < newest - maxAgeMs && newest != Position.NO_TIME) {
                        key.addTooOld(event, newest - maxAgeMs);
                    }
                    newest = Math.max(newest, event.time());
                } else if (entry instanceof BeaconMark beacon) {
                    newest = Math.max(newest, beacon.time());
                } else if (entry instanceof TimeMark mark) {
                    newest = Math.max(newest, mark.time());
                } else if (entry instanceof Rejection rejection) {
                    reject(part, rejection);
                }
            }
        }
    }

    /**
     * The newest time before a part of the block, which decides the age of its events: that of the same
     * topic-partition, or the watermark. The newest time of other topics does not count, since one may be read faster
     * than the others.
     */
    private long newestBefore(BlockPart part) {
        return Math.max(oldWatermark, position.maxTime(part.topic()));
    }

    private void reject(BlockPart part, Rejection rejection) {
        books.add(part.type(), Entry.IN, 1).add(part.type(), Entry.REJECTED, 1);
        Origin origin = new Origin(part.incarnation(), rejection.offset());
        EventSource source = new EventSource(part.topic(), block.shard(), origin);
        outputs.add(encoder.rejected(
                new Trace(source, txid, rejection.producedMs(), block.readMs(), false, false), rejection));
    }

    /** Rejects an event that was decoded, with the bytes that its record had in the wire format. */
    void reject(
            EventType type,
            Origin origin,
            long producedMs,
            byte[] joinKeyUtf8,
            int schemaId,
            byte[] body,
            String reason) {
        books.add(type, Entry.REJECTED, 1);
        byte[] value = WireFormat.value(schemaId, body);
        Trace trace = new Trace(source(origin), txid, producedMs, block.readMs(), false, false);
        outputs.add(encoder.rejected(trace, new Rejection(origin.offset(), joinKeyUtf8, value, reason, producedMs)));
    }

    private KeyState key(String joinKey) {
        return keys.computeIfAbsent(joinKey, KeyState::new);
    }

    /** The timer rows that may contain due timers. */
    List<RowRange> timerRanges() {
        if (newWatermark == oldWatermark) {
            return List.of();
        }
        if (oldWatermark == Position.NO_TIME) {
            return Cells.earlyTimerRows(block.shard());
        }
        long lastDue = lastDue();
        List<RowRange> rows = new ArrayList<>();
        long lastBucket = Math.floorDiv(lastDue, Cells.TIMER_BUCKET_MS);
        for (long bucket = Math.floorDiv(oldWatermark, Cells.TIMER_BUCKET_MS); bucket <= lastBucket; bucket++) {
            rows.add(RowRange.wholeRow(Cells.timerRow(block.shard(), bucket)));
        }
        return rows;
    }

    private long lastDue() {
        return Math.min(newWatermark, lastTimer);
    }

    /** Timers of ghosts may be among them; they find nothing to decide. */
    void addTimerRows(List<Row> rows) {
        for (Row row : rows) {
            for (Cell cell : row.cells()) {
                if (isDue(Cells.timerDue(cell.key()))) {
                    key(new String(cell.value(), StandardCharsets.UTF_8)).timerDue = true;
                }
            }
        }
    }

    private boolean isDue(long due) {
        return due > oldWatermark && due <= newWatermark;
    }

    List<RowRange> keyRanges() {
        List<RowRange> rows = new ArrayList<>(keys.size());
        for (KeyState key : keys.values()) {
            rows.add(RowRange.wholeRow(Cells.keyRow(key.joinKeyUtf8)));
        }
        return rows;
    }

    void addKeyRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            key.readKeyRow(rows.get(i++), visibility, storedCells);
        }
    }

    List<RowRange> dayRanges() {
        List<RowRange> ranges = new ArrayList<>(keys.size());
        for (KeyState key : keys.values()) {
            key.decides = key.timerDue;
            for (LightEvent event : key.events) {
                switch (event.type()) {
                    case IMPRESSION -> {
                        key.requestId(Cells.IMPRESSION, event.id());
                        key.decides |=
                                !key.clicks().isEmpty() && !key.conversions().isEmpty();
                    }
                    case TAG -> key.requestId(Cells.TAG, event.id());
                    case CLICK -> requestImpressionOf(key, (Click) event.record());
                    case CONVERSION -> key.decides = true;
                }
            }
            if (key.decides) {
                requestAllFor(key);
            }
            key.requestTombstones();
            key.addDayRanges(ranges);
            key.addTombstoneRanges(ranges);
        }
        return ranges;
    }

    private void requestImpressionOf(KeyState key, Click click) {
        requestImpression(key, click.getImpressionId(), click.getTime(), settings.windowsOf(click.getAdvertiserId()));
    }

    private static void requestImpression(KeyState key, String impressionId, long clickTime, Windows windows) {
        key.requestId(
                Cells.IMPRESSION,
                impressionId,
                clickTime - windows.impressionLookBack().toMillis(),
                clickTime + windows.orphanAfter().toMillis());
    }

    /** Requests what decides conversions: the impressions of all clicks, and those within view-through windows. */
    private void requestAllFor(KeyState key) {
        for (StoredEvent click : key.clicks().values()) {
            requestImpression(
                    key,
                    click.click().impressionId(),
                    click.time(),
                    click.rules().windows());
        }
        for (StoredEvent conversion : key.conversions().values()) {
            requestViews(key, conversion.time(), conversion.rules().windows());
        }
        for (LightEvent event : key.events) {
            if (event.record() instanceof Conversion conversion) {
                requestViews(key, conversion.getTime(), settings.windowsOf(conversion.getAdvertiserId()));
            }
        }
    }

    private static void requestViews(KeyState key, long conversionTime, Windows windows) {
        if (!windows.viewThrough().isZero()) {
            key.requestImpressions(conversionTime - windows.viewThrough().toMillis(), conversionTime);
        }
    }

    void addDayRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            i = key.readDayRows(rows, i, visibility, storedCells);
            i = key.readTombstones(rows, i, visibility);
        }
    }

    /** The rows that may exceed the cap, and the remaining tombstones. Both exist for bots only. */
    List<RowRange> crowdedRanges() {
        List<RowRange> ranges = new ArrayList<>(0);
        for (KeyState key : keys.values()) {
            key.requestTombstonesOfImpressions();
            key.addTombstoneRanges(ranges);
            for (int day : key.crowdedDays(settings.rowCap())) {
                ranges.add(RowRange.wholeRow(Cells.dayRow(day, key.joinKeyUtf8)));
            }
        }
        return ranges;
    }

    void addCrowdedRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            i = key.readTombstones(rows, i, visibility);
            for (int day : key.crowdedDays(settings.rowCap())) {
                key.readCrowdedDay(day, rows.get(i++), visibility);
            }
        }
    }

    /** The tombstones that may hide cells of crowded rows. */
    List<RowRange> hiddenRanges() {
        List<RowRange> ranges = new ArrayList<>(0);
        keys.values().forEach(key -> key.addTombstoneRanges(ranges));
        return ranges;
    }

    void addHiddenCells(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            i = key.readTombstones(rows, i, visibility);
            key.countCrowdedDays();
        }
    }

    StepResult finish() {
        for (KeyState key : keys.values()) {
            new KeyJoin(this, key).run();
        }
        sendBeacons();
        JoinProgress join = new JoinProgress(takeover(), lastTimer);
        return new StepResult(cells, outputs, next.with(books.done()).with(join));
    }

    /** Tells the readers of the joined topics the watermark, about once per second of event time. */
    private void sendBeacons() {
        if (newWatermark != Position.NO_TIME
                && (oldWatermark == Position.NO_TIME
                        || Math.floorDiv(newWatermark, 1000) > Math.floorDiv(oldWatermark, 1000))) {
            for (OutputTopic topic :
                    List.of(OutputTopic.IMPRESSIONS, OutputTopic.CLICKS, OutputTopic.CONVERSIONS, OutputTopic.TAGS)) {
                outputs.add(encoder.beacon(topic, settings.group(), newWatermark));
            }
        }
    }

    JoinSettings settings() {
        return settings;
    }

    Attribution attribution() {
        return attribution;
    }

    OutputEncoder encoder() {
        return encoder;
    }

    StoredBodies bodies() {
        return bodies;
    }

    /** Number of this attempt. */
    int takeover() {
        return position.join().takeovers();
    }

    int shard() {
        return block.shard();
    }

    long oldWatermark() {
        return oldWatermark;
    }

    long newWatermark() {
        return newWatermark;
    }

    void count(EventType type, Entry entry, long count) {
        books.add(type, entry, count);
    }

    void store(byte[] row, byte[] key, byte[] value) {
        store(new NewCell(row, key, value));
    }

    void store(NewCell cell) {
        cells.add(cell);
    }

    /** Stores a timer of the key. */
    void setTimer(long due, byte kind, Origin origin, byte[] joinKeyUtf8) {
        byte[] cell = Cells.timerCell(due, kind, origin);
        store(Cells.timerRow(shard(), Math.floorDiv(due, Cells.TIMER_BUCKET_MS)), cell, joinKeyUtf8);
        if (oldWatermark == Position.NO_TIME) {
            store(Cells.earlyTimerRow(shard(), origin), cell, joinKeyUtf8);
        }
        lastTimer = Math.max(lastTimer, due);
    }

    void send(OutputEvent output) {
        outputBytes += output.value().length;
        if (outputBytes > maxOutputBytes) {
            throw new OutputTooLargeException(block, maxOutputBytes);
        }
        outputs.add(output);
    }

    EventSource source(Origin origin) {
        String topic = topicsByIncarnation.computeIfAbsent(origin.incarnation(), next::topicOf);
        return new EventSource(topic, block.shard(), origin);
    }

    Trace trace(StoredEvent event, boolean invalid) {
        boolean late = event.seenAt() != Position.NO_TIME && event.time() < event.seenAt();
        return new Trace(source(event.origin()), txid, event.producedMs(), block.readMs(), late, invalid);
    }
}
