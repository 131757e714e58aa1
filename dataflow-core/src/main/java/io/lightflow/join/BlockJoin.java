package io.lightflow.join;

import io.lightflow.attribution.Attribution;
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
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
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
 * The join of one block. Its methods are called in this order: timer rows, key rows, day rows, crowded rows, finish.
 * All events of the block are ingested at the old watermark. Then the watermark moves, and everything due in (old, new]
 * is decided. So the outcome does not depend on the order within the block.
 */
final class BlockJoin {
    /** Duplicates may differ in time by this much: near midnight, the adjacent day is searched too. */
    private static final long DUPLICATE_SLACK_MS = 3_600_000;

    private final JoinSettings settings;
    private final Attribution attribution;
    private final OutputEncoder encoder;
    private final BodyDecoder decoder;
    private final Block block;
    private final long txid;
    private final Position position;
    private final Visibility visibility;
    private final long oldWatermark;
    private final long newWatermark;
    private final Position next;

    private final Books.Editor books;
    private final List<NewCell> cells = new ArrayList<>();
    private final List<OutputEvent> outputs = new ArrayList<>();
    private final Map<String, KeyState> keys = new LinkedHashMap<>();
    private final Map<Integer, String> topicsByIncarnation = new HashMap<>();

    BlockJoin(
            JoinSettings settings,
            Attribution attribution,
            OutputEncoder encoder,
            BodyDecoder decoder,
            Position position,
            Block block,
            long txid) {
        this.settings = settings;
        this.attribution = attribution;
        this.encoder = encoder;
        this.decoder = decoder;
        this.block = block;
        this.txid = txid;
        this.position = position;
        this.visibility = position.visibility();
        this.books = position.books().edit();
        long[] maxTimes = Watermarks.maxTimes(block);
        this.oldWatermark = position.watermark();
        this.newWatermark = Watermarks.after(
                position, block, maxTimes, settings.allowedDisorder().toMillis());
        this.next = position.after(block, maxTimes, newWatermark, txid, position.books());
        ingestEvents();
    }

    private void ingestEvents() {
        for (BlockPart part : block.parts()) {
            long committed = position.nextOffset(part.topic(), part.incarnation());
            for (BlockEntry entry : part.entries()) {
                if (entry.offset() < committed) {
                    continue;
                }
                if (entry instanceof LightEvent event) {
                    books.add(event.type(), Entry.IN, 1);
                    key(event.joinKey()).events.add(event);
                } else if (entry instanceof Rejection rejection) {
                    reject(part, rejection);
                }
            }
        }
    }

    private void reject(BlockPart part, Rejection rejection) {
        books.add(part.type(), Entry.IN, 1).add(part.type(), Entry.REJECTED, 1);
        Origin origin = new Origin(part.incarnation(), rejection.offset());
        EventSource source = new EventSource(part.topic(), block.shard(), origin);
        outputs.add(encoder.rejected(
                new Trace(source, txid, rejection.producedMs(), block.readMs(), false, false), rejection));
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
        long lastDue = newWatermark;
        long newestEvent = oldWatermark;
        for (var topic : position.topics().values()) {
            newestEvent = Math.max(newestEvent, topic.maxTime());
        }
        lastDue = Math.min(lastDue, newestEvent + settings.maxTimerMs());
        List<RowRange> rows = new ArrayList<>();
        long lastBucket = Math.floorDiv(lastDue, Cells.TIMER_BUCKET_MS);
        for (long bucket = Math.floorDiv(oldWatermark, Cells.TIMER_BUCKET_MS); bucket <= lastBucket; bucket++) {
            rows.add(RowRange.wholeRow(Cells.timerRow(block.shard(), bucket)));
        }
        return rows;
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
            key.readKeyRow(rows.get(i++), visibility, decoder);
        }
    }

    List<RowRange> dayRanges() {
        List<RowRange> ranges = new ArrayList<>(keys.size());
        for (KeyState key : keys.values()) {
            key.decides = key.timerDue;
            for (LightEvent event : key.events) {
                switch (event.type()) {
                    case IMPRESSION -> {
                        requestDuplicate(key, Cells.IMPRESSION, event);
                        key.decides |=
                                !key.clicks().isEmpty() && !key.conversions().isEmpty();
                    }
                    case TAG -> requestDuplicate(key, Cells.TAG, event);
                    case CLICK -> requestImpressionOf(key, (Click) event.record());
                    case CONVERSION -> key.decides = true;
                }
            }
            if (key.decides) {
                requestAllFor(key);
            }
            key.addDayRanges(ranges);
        }
        return ranges;
    }

    private static void requestDuplicate(KeyState key, byte tag, LightEvent event) {
        key.requestId(tag, event.id(), event.time() - DUPLICATE_SLACK_MS, event.time() + DUPLICATE_SLACK_MS);
    }

    private void requestImpressionOf(KeyState key, Click click) {
        var windows = settings.windowsOf(click.getAdvertiserId());
        key.requestId(
                Cells.IMPRESSION,
                click.getImpressionId(),
                click.getTime() - windows.impressionLookBack().toMillis(),
                click.getTime() + windows.orphanAfter().toMillis());
    }

    /** Requests what decides conversions: the impressions of all clicks, and those within view-through windows. */
    private void requestAllFor(KeyState key) {
        key.clicks().values().forEach(click -> requestImpressionOf(key, click.click()));
        key.conversions().values().forEach(conversion -> requestViews(key, conversion.conversion()));
        for (LightEvent event : key.events) {
            if (event.record() instanceof Conversion conversion) {
                requestViews(key, conversion);
            }
        }
    }

    private void requestViews(KeyState key, Conversion conversion) {
        var viewThrough = settings.windowsOf(conversion.getAdvertiserId()).viewThrough();
        if (!viewThrough.isZero()) {
            key.requestImpressions(conversion.getTime() - viewThrough.toMillis(), conversion.getTime());
        }
    }

    void addDayRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            i = key.readDayRows(rows, i, visibility);
        }
    }

    /** The rows that may exceed the cap, which are those of bots. */
    List<RowRange> crowdedRanges() {
        List<RowRange> ranges = new ArrayList<>(0);
        for (KeyState key : keys.values()) {
            for (int day : key.crowdedDays(settings.rowCap())) {
                ranges.add(RowRange.wholeRow(Cells.dayRow(day, key.joinKeyUtf8)));
            }
        }
        return ranges;
    }

    void addCrowdedRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            for (int day : key.crowdedDays(settings.rowCap())) {
                key.readCrowdedDay(day, rows.get(i++), visibility);
            }
        }
    }

    StepResult finish() {
        for (KeyState key : keys.values()) {
            new KeyJoin(this, key).run();
        }
        sendBeacons();
        return new StepResult(cells, outputs, next.with(books.done()));
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

    BodyDecoder decoder() {
        return decoder;
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
        cells.add(new NewCell(row, key, value));
    }

    void send(OutputEvent output) {
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
