package io.lightflow.join;

import io.lightflow.attribution.Attribution;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.OutputEncoder;
import io.lightflow.event.OutputEncoder.Place;
import io.lightflow.event.OutputEncoder.Trace;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.Rejection;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Origin;
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
 * The join of one block, in the order of its calls: timer rows, key rows, day rows, crowded rows, finish. All events of
 * the block are taken in at the old watermark; then the watermark moves and everything due in (old, new] is decided. So
 * the outcome does not depend on the order within the block.
 */
final class BlockJoin {
    /** An id that comes again is looked for in the next day, too, if midnight is this near. */
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
        takeEvents();
    }

    private void takeEvents() {
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
        Place place = new Place(part.topic(), block.shard(), origin);
        outputs.add(encoder.rejected(
                new Trace(place, txid, rejection.producedMs(), block.readMs(), false, false), rejection));
    }

    private KeyState key(String joinKey) {
        return keys.computeIfAbsent(joinKey, KeyState::new);
    }

    /** The timer rows in which something may be due. */
    List<RowRange> timerRows() {
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
        lastDue = Math.min(lastDue, newestEvent + settings.longestTimerMs());
        List<RowRange> rows = new ArrayList<>();
        long lastBucket = Math.floorDiv(lastDue, Cells.TIMER_BUCKET_MS);
        for (long bucket = Math.floorDiv(oldWatermark, Cells.TIMER_BUCKET_MS); bucket <= lastBucket; bucket++) {
            rows.add(RowRange.wholeRow(Cells.timerRow(block.shard(), bucket)));
        }
        return rows;
    }

    /** Timers of ghosts may be among them: they find nothing to decide. */
    void takeTimers(List<Row> rows) {
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

    List<RowRange> keyRows() {
        List<RowRange> rows = new ArrayList<>(keys.size());
        for (KeyState key : keys.values()) {
            rows.add(RowRange.wholeRow(Cells.keyRow(key.joinKeyUtf8)));
        }
        return rows;
    }

    void takeKeyRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            key.readKeyRow(rows.get(i++), visibility, decoder);
        }
    }

    List<RowRange> dayRows() {
        List<RowRange> ranges = new ArrayList<>(keys.size());
        for (KeyState key : keys.values()) {
            key.decides = key.timerDue;
            for (LightEvent event : key.events) {
                switch (event.type()) {
                    case IMPRESSION -> {
                        wantDuplicate(key, Cells.IMPRESSION, event);
                        key.decides |=
                                !key.clicks().isEmpty() && !key.conversions().isEmpty();
                    }
                    case TAG -> wantDuplicate(key, Cells.TAG, event);
                    case CLICK -> wantImpressionOf(key, (Click) event.record());
                    case CONVERSION -> key.decides = true;
                }
            }
            if (key.decides) {
                wantEverythingFor(key);
            }
            key.addDayRanges(ranges);
        }
        return ranges;
    }

    private static void wantDuplicate(KeyState key, byte tag, LightEvent event) {
        key.wantId(tag, event.id(), event.time() - DUPLICATE_SLACK_MS, event.time() + DUPLICATE_SLACK_MS);
    }

    private void wantImpressionOf(KeyState key, Click click) {
        var windows = settings.windowsOf(click.getAdvertiserId());
        key.wantId(
                Cells.IMPRESSION,
                click.getImpressionId(),
                click.getTime() - windows.impressionLookBack().toMillis(),
                click.getTime() + windows.orphanAfter().toMillis());
    }

    /**
     * What deciding conversions may need: the impressions of all clicks, and those that may have been viewed through.
     */
    private void wantEverythingFor(KeyState key) {
        key.clicks().values().forEach(click -> wantImpressionOf(key, click.click()));
        key.conversions().values().forEach(conversion -> wantViews(key, conversion.conversion()));
        for (LightEvent event : key.events) {
            if (event.record() instanceof Conversion conversion) {
                wantViews(key, conversion);
            }
        }
    }

    private void wantViews(KeyState key, Conversion conversion) {
        var viewThrough = settings.windowsOf(conversion.getAdvertiserId()).viewThrough();
        if (!viewThrough.isZero()) {
            key.wantImpressions(conversion.getTime() - viewThrough.toMillis(), conversion.getTime());
        }
    }

    void takeDayRows(List<Row> rows) {
        int i = 0;
        for (KeyState key : keys.values()) {
            i = key.readDayRows(rows, i, visibility);
        }
    }

    /** Rows of bots only. */
    List<RowRange> crowdedRows() {
        List<RowRange> ranges = new ArrayList<>(0);
        for (KeyState key : keys.values()) {
            for (int day : key.crowdedDays(settings.rowCap())) {
                ranges.add(RowRange.wholeRow(Cells.dayRow(day, key.joinKeyUtf8)));
            }
        }
        return ranges;
    }

    void takeCrowdedRows(List<Row> rows) {
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
        return new StepResult(cells, outputs, new Position(next.topics(), next.watermark(), next.txid(), books.done()));
    }

    /** Readers of the joined topics learn the watermark, about once a second of event time. */
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

    Place place(Origin origin) {
        String topic = topicsByIncarnation.computeIfAbsent(origin.incarnation(), next::topicOf);
        return new Place(topic, block.shard(), origin);
    }

    Trace trace(Stored event, boolean invalid) {
        boolean late = event.seenAt() != Position.NO_TIME && event.time() < event.seenAt();
        return new Trace(place(event.origin()), txid, event.producedMs(), block.readMs(), late, invalid);
    }
}
