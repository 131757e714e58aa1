package io.lightflow.join;

import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.RowRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of one join key during a block: the visible part of its rows, and the events of the block. {@link Cells}
 * tells which of several visible cells with one event id counts.
 */
final class KeyState {
    private static final int[] NO_DAYS = {};

    final String joinKey;
    final byte[] joinKeyUtf8;
    /** Up to which the key has decided everything before this block. */
    final long oldWatermark;
    /** Events of this block, in its order. */
    final List<LightEvent> events = new ArrayList<>(2);
    /** Whether a timer of this key is due. */
    boolean timerDue;
    /** Whether all rows that decide stored clicks and conversions have been read. If not, none of them can change. */
    boolean decides;

    /** What is read next. */
    Stage stage = Stage.ROW;

    // Most keys have few of these, so each map is created with its first entry.

    private Map<String, StoredEvent> clicks = Collections.emptyMap();
    private Map<String, StoredEvent> conversions = Collections.emptyMap();
    /** Impressions that were looked up or came with this block. */
    private Map<String, StoredEvent> impressions = Collections.emptyMap();

    private Map<String, StoredEvent> tags = Collections.emptyMap();

    private List<EventQuery> queries = List.of();
    /** Times of the impressions that clicks name, by id. */
    private Map<String, TimeSpan> named = Map.of();
    /** Times of the impressions that conversions may be attributed to as views; null for none. */
    private TimeSpan views;
    /** Times around the impressions of this block; two of them may overlap if they were not requested in turn. */
    private List<TimeSpan> around = List.of();

    /**
     * Number of stored events on the days of this block's events. An upper bound, which may include ghosts and
     * duplicate cells, until crowded days are counted.
     */
    private final DayCounts daySizes = new DayCounts();

    private int[] crowdedDays = NO_DAYS;
    /** The visible cells of crowded days. */
    private Map<Integer, List<EventCell>> crowded = Map.of();

    /** Events of this block that are too old, with the least time that they should have. */
    private Map<LightEvent, Long> tooOld = Collections.emptyMap();
    /** Null until there is one, since most keys have none. */
    private Tombstones tombstones;

    /** The reads of a key, in this order. Only keys of bots need more than the first two. */
    enum Stage {
        /** Its own row. */
        ROW,
        /** Its event cells, with tombstones and the sizes of days. */
        EVENTS,
        /** Crowded days, and the tombstones of impressions that were found. */
        CROWDED,
        /** The tombstones that may hide cells of crowded days. */
        HIDDEN,
        DONE
    }

    private record TimeSpan(long since, long until) {
        TimeSpan with(TimeSpan other) {
            return new TimeSpan(Math.min(since, other.since), Math.max(until, other.until));
        }

        boolean overlaps(TimeSpan other) {
            return since <= other.until && other.since <= until;
        }
    }

    private record CrowdedEvent(EventType type, String id) {}

    KeyState(String joinKey, long oldWatermark) {
        this.joinKey = joinKey;
        this.oldWatermark = oldWatermark;
        this.joinKeyUtf8 = Cells.utf8(joinKey);
    }

    /** Goes on to the next read. */
    void advance() {
        stage = switch (stage) {
            case ROW -> Stage.EVENTS;
            case EVENTS -> Stage.CROWDED;
            case CROWDED -> Stage.HIDDEN;
            case HIDDEN, DONE -> Stage.DONE;
        };
    }

    void askRow(QueryBuilder query) {
        query.rows.add(RowRange.wholeRow(Cells.keyRow(joinKeyUtf8)));
    }

    void readRow(AnswerCursor answer, Visibility visibility, StoredCells reader) {
        for (Cell cell : answer.nextRow()) {
            if (!Cells.isVisible(cell, visibility)) {
                continue;
            }
            byte[] key = cell.key();
            switch (key[0]) {
                case Cells.CLICK -> clicks = withLatest(clicks, reader.click(cell));
                case Cells.CONVERSION -> conversions = withLatest(conversions, reader.conversion(cell));
                case Cells.TOMBSTONES -> tombstones().announce(Cells.takeoverOfTombstones(key));
                default ->
                    throw new IllegalStateException("expected cells of kinds C, V and X in the row of join key "
                            + joinKey + ", found kind " + key[0]);
            }
        }
    }

    private static Map<String, StoredEvent> withLatest(Map<String, StoredEvent> byId, StoredEvent found) {
        Map<String, StoredEvent> more = byId.isEmpty() ? new LinkedHashMap<>(2) : byId;
        more.merge(found.id(), found, (a, b) -> b.isLaterThan(a) ? b : a);
        return more;
    }

    private static Map<String, StoredEvent> with(Map<String, StoredEvent> byId, StoredEvent added) {
        Map<String, StoredEvent> more = byId.isEmpty() ? new LinkedHashMap<>(2) : byId;
        more.put(added.id(), added);
        return more;
    }

    /** Requests the event with this id, whatever its time. */
    void requestId(EventType type, String id) {
        request(new EventQuery(type, joinKeyUtf8, Cells.utf8(id)));
    }

    private void request(EventQuery query) {
        if (queries.isEmpty()) {
            queries = new ArrayList<>(2);
        }
        queries.add(query);
    }

    /** Requests the number of stored events on the day of this time. */
    void requestDaySize(long time) {
        daySizes.add(KeyDay.dayOf(time), 0);
    }

    /** Requests the impression that a click names. */
    void requestNamed(String impressionId, long since, long until) {
        if (named.isEmpty()) {
            named = new LinkedHashMap<>(2);
        }
        named.merge(impressionId, new TimeSpan(since, until), TimeSpan::with);
    }

    /** Requests all impressions between two times. */
    void requestViews(long since, long until) {
        TimeSpan span = new TimeSpan(since, until);
        views = views == null ? span : views.with(span);
    }

    /** Requests the impressions of a short time, in addition to those requested before. */
    void requestAround(long since, long until) {
        TimeSpan span = new TimeSpan(since, until);
        if (around.isEmpty()) {
            around = new ArrayList<>(1);
        }
        int last = around.size() - 1;
        if (last >= 0 && around.get(last).overlaps(span)) {
            around.set(last, around.get(last).with(span));
        } else {
            around.add(span);
        }
    }

    void askEvents(QueryBuilder query) {
        named.forEach((id, span) ->
                request(new EventQuery(EventType.IMPRESSION, joinKeyUtf8, Cells.utf8(id), span.since(), span.until())));
        if (views != null) {
            request(new EventQuery(EventType.IMPRESSION, joinKeyUtf8, null, views.since(), views.until()));
        }
        for (TimeSpan span : around) {
            request(new EventQuery(EventType.IMPRESSION, joinKeyUtf8, null, span.since(), span.until()));
        }
        query.events.addAll(queries);
        for (int i = 0; i < daySizes.size(); i++) {
            query.days.add(new KeyDay(joinKeyUtf8, daySizes.day(i)));
        }
        askTombstones(query);
    }

    void readEvents(AnswerCursor answer, Visibility visibility, StoredCells reader) {
        for (int i = 0; i < queries.size(); i++) {
            for (EventCell cell : answer.nextEvents()) {
                if (!Cells.isVisible(cell, visibility)) {
                    continue;
                }
                if (cell.type() == EventType.TAG) {
                    tags = withLatest(tags, StoredCells.withoutBody(cell));
                } else {
                    impressions = withLatest(impressions, reader.impression(cell));
                }
            }
        }
        for (int i = 0; i < daySizes.size(); i++) {
            daySizes.set(daySizes.day(i), answer.nextDaySize());
        }
        readTombstones(answer, visibility);
    }

    // Tombstones

    private Tombstones tombstones() {
        if (tombstones == null) {
            tombstones = new Tombstones();
        }
        return tombstones;
    }

    /** Requests the tombstones of the block's events, and of stored clicks and conversions that one may hide. */
    void requestTombstones() {
        if (tombstones == null) {
            return;
        }
        events.forEach(event -> tombstones.request(joinKeyUtf8, event.type(), event.id()));
        requestTombstones(EventType.CLICK, clicks.values());
        requestTombstones(EventType.CONVERSION, conversions.values());
        named.keySet().forEach(id -> tombstones.request(joinKeyUtf8, EventType.IMPRESSION, id));
    }

    private void requestTombstones(EventType type, Collection<StoredEvent> found) {
        for (StoredEvent event : found) {
            if (tombstones.mayHide(event.takeover())) {
                tombstones.request(joinKeyUtf8, type, event.id());
            }
        }
    }

    private void askTombstones(QueryBuilder query) {
        if (tombstones != null) {
            tombstones.ask(query);
        }
    }

    /** Reads the tombstones that were asked for, and removes what they hide. */
    private void readTombstones(AnswerCursor answer, Visibility visibility) {
        if (tombstones == null) {
            return;
        }
        tombstones.read(answer, visibility);
        clicks.values().removeIf(click -> tombstones.hides(EventType.CLICK, click));
        conversions.values().removeIf(conversion -> tombstones.hides(EventType.CONVERSION, conversion));
        impressions.values().removeIf(impression -> tombstones.hides(EventType.IMPRESSION, impression));
        tags.values().removeIf(tag -> tombstones.hides(EventType.TAG, tag));
    }

    /** Records that a takeover writes tombstones. Returns whether the key's row does not tell so yet. */
    boolean announceTombstones(int takeover) {
        return tombstones().announce(takeover);
    }

    /** Records an event of this block that is emitted and not stored. */
    void addNotStored(EventType type, String id) {
        tombstones().addNotStored(type, id);
    }

    /** Whether an event with this id was emitted and not stored. */
    boolean isEmittedAndNotStored(EventType type, String id) {
        return tombstones != null && tombstones.isEmitted(type, id);
    }

    // Age

    /** Records that an event of this block is too old. */
    void addTooOld(LightEvent event, long leastTime) {
        if (tooOld.isEmpty()) {
            tooOld = new IdentityHashMap<>(2);
        }
        tooOld.put(event, leastTime);
    }

    /** The least time that a too old event should have; null if the event is not too old. */
    Long leastTimeOf(LightEvent event) {
        return tooOld.get(event);
    }

    // State

    /** Known clicks, by id. */
    Map<String, StoredEvent> clicks() {
        return clicks;
    }

    void addClick(StoredEvent click) {
        clicks = with(clicks, click);
    }

    /** Known conversions, by id. */
    Map<String, StoredEvent> conversions() {
        return conversions;
    }

    void addConversion(StoredEvent conversion) {
        conversions = with(conversions, conversion);
    }

    StoredEvent impression(String id) {
        return impressions.get(id);
    }

    Collection<StoredEvent> impressions() {
        return impressions.values();
    }

    StoredEvent tag(String id) {
        return tags.get(id);
    }

    /** Number of clicks and conversions in the key's own row, including those of this block. */
    int keyRowSize() {
        return clicks.size() + conversions.size();
    }

    /** Number of events on a day, including those of this block. */
    int daySize(int day) {
        return daySizes.get(day);
    }

    void addImpression(StoredEvent impression) {
        impressions = with(impressions, impression);
        daySizes.add(KeyDay.dayOf(impression.time()), 1);
    }

    void addTag(StoredEvent tag) {
        tags = with(tags, tag);
        daySizes.add(KeyDay.dayOf(tag.time()), 1);
    }

    // Crowded days

    /**
     * Asks for all events of the days that may exceed the cap in this block, and for the tombstones of impressions that
     * were not requested by their ids. Ghosts must not count, or a crash would change which events are over the cap
     * (invariant E).
     */
    void askCrowded(QueryBuilder query, int rowCap) {
        if (tombstones != null) {
            requestTombstones(EventType.IMPRESSION, impressions.values());
            tombstones.ask(query);
        }
        for (int i = 0; i < daySizes.size(); i++) {
            if (daySizes.get(daySizes.day(i)) + events.size() > rowCap) {
                int day = daySizes.day(i);
                crowdedDays = Arrays.copyOf(crowdedDays, crowdedDays.length + 1);
                crowdedDays[crowdedDays.length - 1] = day;
                query.events.add(ofDay(EventType.IMPRESSION, day));
                query.events.add(ofDay(EventType.TAG, day));
            }
        }
    }

    private EventQuery ofDay(EventType type, int day) {
        return new EventQuery(type, joinKeyUtf8, null, KeyDay.start(day), KeyDay.start(day + 1) - 1);
    }

    /** Reads the crowded days, and requests the tombstones that may hide their cells. */
    void readCrowded(AnswerCursor answer, Visibility visibility) {
        readTombstones(answer, visibility);
        for (int day : crowdedDays) {
            List<EventCell> visible = new ArrayList<>();
            readCrowded(answer.nextEvents(), visibility, visible);
            readCrowded(answer.nextEvents(), visibility, visible);
            if (crowded.isEmpty()) {
                crowded = new HashMap<>(2);
            }
            crowded.put(day, visible);
        }
    }

    private void readCrowded(List<EventCell> cells, Visibility visibility, List<EventCell> visible) {
        for (EventCell cell : cells) {
            if (Cells.isVisible(cell, visibility)) {
                visible.add(cell);
                if (tombstones != null && tombstones.mayHide(cell.takeover())) {
                    tombstones.request(joinKeyUtf8, cell.type(), Cells.string(cell.id()));
                }
            }
        }
    }

    void askHidden(QueryBuilder query) {
        askTombstones(query);
    }

    void readHidden(AnswerCursor answer, Visibility visibility) {
        readTombstones(answer, visibility);
    }

    /** Counts the events of crowded days. An event with two visible cells counts once, and a hidden cell not at all. */
    void countCrowdedDays() {
        crowded.forEach((day, cells) -> {
            Set<CrowdedEvent> counted = new HashSet<>();
            for (EventCell cell : cells) {
                StoredEvent event = StoredCells.withoutBody(cell);
                if (tombstones == null || !tombstones.hides(cell.type(), event)) {
                    counted.add(new CrowdedEvent(cell.type(), event.id()));
                }
            }
            daySizes.set(day, counted.size());
        });
    }
}
