package io.lightflow.join;

import io.lightflow.attribution.Attribution;
import io.lightflow.attribution.Windows;
import io.lightflow.enrichment.EventEnricher;
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
import io.lightflow.event.TrafficVerdict;
import io.lightflow.event.WireFormat;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.JoinProgress;
import io.lightflow.position.Position;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreQuery;
import io.lightflow.traffic.TrafficJudge;
import io.lightflow.watermark.Watermarks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The join of one block: reads, as long as there is a next query, and then {@link #finish}. All events of the block are
 * ingested at the old watermark. Then the watermark moves, and everything due in (old, new] is decided. So the outcome
 * does not depend on the order within the block. If too many timers are due, the watermark moves only as far as the
 * first of them.
 */
final class BlockJoin {
    private static final int NOT_ASKED = -1;

    private final JoinSettings settings;
    private final Attribution attribution;
    private final OutputEncoder encoder;
    private final StoredBodies bodies;
    private final TrafficJudge judge;
    private final EventEnricher enricher;
    private final StoredCells storedCells;
    private final Block block;
    private final int records;
    private final long txid;
    private final Position position;
    private final Visibility visibility;
    private final long oldWatermark;
    /** Lower than the producers' clocks allow if too many timers are due. */
    private long newWatermark;

    private final Position next;
    private final DueTimers timers;
    private final int maxTimers;
    private long maxOutputBytes;
    private long outputBytes;
    /** Greatest due time of all timers, including those of this block. */
    private long lastTimer;

    private final Books.Editor books;
    private final List<NewCell> cells = new ArrayList<>();
    private final List<EventCell> eventCells = new ArrayList<>();
    private final List<OutputEvent> outputs = new ArrayList<>();
    private final Map<String, KeyState> keys = new LinkedHashMap<>();
    private final Map<Integer, String> topicsByIncarnation = new HashMap<>();
    /** Number of timer rows that were asked for; they are asked for once. */
    private int timerRows = NOT_ASKED;

    BlockJoin(
            JoinSettings settings,
            Attribution attribution,
            OutputEncoder encoder,
            StoredBodies bodies,
            TrafficJudge judge,
            EventEnricher enricher,
            StoredCells storedCells,
            Position position,
            Block block,
            int records,
            long txid,
            long maxOutputBytes,
            int maxTimers) {
        this.settings = settings;
        this.attribution = attribution;
        this.encoder = encoder;
        this.bodies = bodies;
        this.judge = judge;
        this.enricher = enricher;
        this.storedCells = storedCells;
        this.block = block;
        this.records = records;
        this.txid = txid;
        this.maxOutputBytes = maxOutputBytes;
        this.maxTimers = maxTimers;
        this.position = position;
        this.visibility = position.visibility();
        this.books = position.books().edit();
        Watermarks.BlockTimes times = Watermarks.times(position, block);
        this.oldWatermark = position.watermark();
        this.newWatermark = Watermarks.after(
                position, block, times, settings.allowedDisorder().toMillis());
        this.next = position.after(block, times.maxTimes(), times.clocks(), newWatermark, txid, position.books());
        this.timers = new DueTimers(visibility, oldWatermark, position.join().ahead(), newWatermark);
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
                new Trace(source, txid, rejection.producedMs(), block.readMs(), false, TrafficVerdict.NONE),
                rejection));
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
        Trace trace = new Trace(source(origin), txid, producedMs, block.readMs(), false, TrafficVerdict.NONE);
        outputs.add(encoder.rejected(trace, new Rejection(origin.offset(), joinKeyUtf8, value, reason, producedMs)));
    }

    private KeyState key(String joinKey) {
        return keys.computeIfAbsent(joinKey, absent -> new KeyState(absent, position.watermarkOf(absent)));
    }

    /**
     * Returns the next query, which is empty once everything has been read. The first one has the rows of the block's
     * keys and the timers. Keys whose timers are due follow one query later.
     */
    StoreQuery nextQuery() {
        QueryBuilder query = new QueryBuilder();
        for (KeyState key : keys.values()) {
            ask(key, query);
        }
        if (timerRows == NOT_ASKED) {
            List<RowRange> ranges = timerRanges();
            timerRows = ranges.size();
            query.rows.addAll(ranges);
        }
        return query.build();
    }

    private void ask(KeyState key, QueryBuilder query) {
        switch (key.stage) {
            case ROW -> key.askRow(query);
            case EVENTS -> {
                requestEvents(key);
                key.askEvents(query);
            }
            case CROWDED -> key.askCrowded(query, settings.rowCap());
            case HIDDEN -> key.askHidden(query);
            case DONE -> {}
        }
    }

    /** Takes the answer to the last query. */
    void read(StoreAnswer answer) {
        AnswerCursor cursor = new AnswerCursor(answer);
        for (KeyState key : keys.values()) {
            read(key, cursor);
        }
        if (timerRows > 0) {
            for (; timerRows > 0; timerRows--) {
                timers.add(cursor.nextRow());
            }
            fireTimers();
        }
    }

    private void read(KeyState key, AnswerCursor answer) {
        switch (key.stage) {
            case ROW -> key.readRow(answer, visibility, storedCells);
            case EVENTS -> key.readEvents(answer, visibility, storedCells);
            case CROWDED -> key.readCrowded(answer, visibility);
            case HIDDEN -> key.readHidden(answer, visibility);
            case DONE -> {}
        }
        key.advance();
    }

    /** The timer rows that may contain due timers. */
    private List<RowRange> timerRanges() {
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

    private void fireTimers() {
        timers.limit(maxTimers);
        moveWatermarkTo(timers.watermark());
        for (Cell timer : timers.firing()) {
            key(Cells.string(timer.value())).timerDue = true;
        }
    }

    private void moveWatermarkTo(long watermark) {
        newWatermark = watermark;
    }

    /** With how many timers the step can try again if its outputs are too large; 0 if it cannot. */
    int fewerTimers() {
        return timers.fewer();
    }

    private void requestEvents(KeyState key) {
        key.decides = key.timerDue;
        for (LightEvent event : key.events) {
            switch (event.type()) {
                case IMPRESSION -> {
                    requestNew(key, event);
                    requestStacked(key, event.time());
                    key.decides |= !key.clicks().isEmpty() && !key.conversions().isEmpty();
                }
                case TAG -> requestNew(key, event);
                case CLICK -> requestImpressionOf(key, (Click) event.record());
                case CONVERSION -> key.decides = true;
            }
        }
        if (key.decides) {
            requestAllFor(key);
        }
        key.requestTombstones();
    }

    private static void requestNew(KeyState key, LightEvent event) {
        key.requestId(event.type(), event.id());
        key.requestDaySize(event.time());
    }

    /** Requests the impressions that an impression may be stacked with. */
    private void requestStacked(KeyState key, long time) {
        if (judge.rules().maxImpressionsPerSecond() > 0) {
            key.requestAround(time - KeyTraffic.STACK_MS + 1, time + KeyTraffic.STACK_MS - 1);
        }
    }

    private void requestImpressionOf(KeyState key, Click click) {
        requestImpression(key, click.getImpressionId(), click.getTime(), settings.windowsOf(click.getAdvertiserId()));
    }

    private static void requestImpression(KeyState key, String impressionId, long clickTime, Windows windows) {
        key.requestNamed(
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
            if (event.type() == EventType.CONVERSION) {
                Conversion conversion = (Conversion) event.record();
                requestViews(key, conversion.getTime(), settings.windowsOf(conversion.getAdvertiserId()));
            }
        }
    }

    private static void requestViews(KeyState key, long conversionTime, Windows windows) {
        if (!windows.viewThrough().isZero()) {
            key.requestViews(conversionTime - windows.viewThrough().toMillis(), conversionTime);
        }
    }

    StepResult finish() {
        if (records <= 1 && timers.fewer() == 0) {
            maxOutputBytes = Long.MAX_VALUE;
        }
        for (KeyState key : keys.values()) {
            key.countCrowdedDays();
            new KeyJoin(this, key).run();
        }
        sendBeacons();
        JoinProgress join = new JoinProgress(takeover(), lastTimer, timers.ahead());
        return new StepResult(
                cells,
                eventCells,
                outputs,
                next.withWatermark(newWatermark).with(books.done()).with(join),
                newWatermark < next.watermark());
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

    TrafficJudge judge() {
        return judge;
    }

    EventEnricher enricher() {
        return enricher;
    }

    /** Number of this attempt. */
    int takeover() {
        return position.join().takeovers();
    }

    int shard() {
        return block.shard();
    }

    /** The watermark of a key after this step. */
    long newWatermark(KeyState key) {
        return timers.ahead().watermarkOf(key.joinKey, newWatermark);
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

    /** Stores an impression or a tag that was ingested with this block. */
    void store(LightEvent event, KeyState key, byte[] value) {
        eventCells.add(new EventCell(
                event.type(),
                key.joinKeyUtf8,
                Cells.utf8(event.id()),
                event.time(),
                takeover(),
                key.oldWatermark,
                event.origin(),
                value));
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
            throw new OutputTooLargeException(shard(), records, maxOutputBytes);
        }
        outputs.add(output);
    }

    EventSource source(Origin origin) {
        String topic = topicsByIncarnation.computeIfAbsent(origin.incarnation(), next::topicOf);
        return new EventSource(topic, block.shard(), origin);
    }

    Trace trace(StoredEvent event, TrafficVerdict traffic) {
        boolean late = event.seenAt() != Position.NO_TIME && event.time() < event.seenAt();
        return new Trace(source(event.origin()), txid, event.producedMs(), block.readMs(), late, traffic);
    }
}
