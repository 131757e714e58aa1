package io.lightflow.join;

import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.util.ArrayList;
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
    final String joinKey;
    final byte[] joinKeyUtf8;
    /** Events of this block, in its order. */
    final List<LightEvent> events = new ArrayList<>(2);
    /** Whether a timer of this key is due. */
    boolean timerDue;
    /** Whether all rows that decide stored clicks and conversions have been read. If not, none of them can change. */
    boolean decides;

    // Most keys have few of these, so each map is created with its first entry.

    private Map<String, StoredEvent> clicks = Collections.emptyMap();
    private Map<String, StoredEvent> conversions = Collections.emptyMap();
    /** Impressions that were looked up or came with this block. */
    private Map<String, StoredEvent> impressions = Collections.emptyMap();

    private Map<String, StoredEvent> tags = Collections.emptyMap();

    /** Days that have a row. */
    private final DayCounts days = new DayCounts();
    /**
     * Number of events in the day rows that were read. May include ghosts and duplicate cells, see
     * {@link #crowdedDays}.
     */
    private final DayCounts dayRowSizes = new DayCounts();

    private int largestDayRow;
    private List<DayRequest> dayRequests = List.of();
    /** Events of this block that are too old, with the least time that they should have. */
    private Map<LightEvent, Long> tooOld = Collections.emptyMap();
    /** Null until there is one, since most keys have none. */
    private Tombstones tombstones;

    /** The visible cells of crowded days. */
    private Map<Integer, List<CrowdedCell>> crowded = Map.of();

    private record CrowdedCell(EventType type, StoredEvent event) {}

    private record CrowdedEvent(EventType type, String id) {}

    /** A requested range of a day row. An id of null means all impressions of the day. */
    private record DayRequest(int day, byte tag, String id) {}

    KeyState(String joinKey) {
        this.joinKey = joinKey;
        this.joinKeyUtf8 = Cells.utf8(joinKey);
    }

    void readKeyRow(Row row, Visibility visibility, StoredCells reader) {
        for (Cell cell : row.cells()) {
            if (!Cells.isVisible(cell, visibility)) {
                continue;
            }
            byte[] key = cell.key();
            switch (key[0]) {
                case Cells.DAY -> addDay(Cells.dayOf(key));
                case Cells.CLICK -> clicks = withLatest(clicks, reader.click(cell));
                case Cells.CONVERSION -> conversions = withLatest(conversions, reader.conversion(cell));
                case Cells.TOMBSTONES -> tombstones().announce(Cells.takeoverOfTombstones(key));
                default ->
                    throw new IllegalStateException("expected cells of kinds D, C, V and X in the row of join key "
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

    /** Requests the event with this id from all days that have rows. */
    void requestId(byte tag, String id) {
        for (int i = 0; i < days.size(); i++) {
            request(new DayRequest(days.day(i), tag, id));
        }
    }

    /** Requests the event with this id from the days from {@code since} to {@code until} that have rows. */
    void requestId(byte tag, String id, long since, long until) {
        int first = Cells.day(since);
        int last = Cells.day(until);
        for (int i = 0; i < days.size(); i++) {
            int day = days.day(i);
            if (day >= first && day <= last) {
                request(new DayRequest(day, tag, id));
            }
        }
    }

    private void request(DayRequest read) {
        if (dayRequests.isEmpty()) {
            dayRequests = new ArrayList<>(2);
        }
        if (!dayRequests.contains(read)) {
            dayRequests.add(read);
        }
    }

    /** Requests all impressions of the days from {@code since} to {@code until}. */
    void requestImpressions(long since, long until) {
        requestId(Cells.IMPRESSION, null, since, until);
    }

    void addDayRanges(List<RowRange> ranges) {
        for (DayRequest read : dayRequests) {
            byte[] row = Cells.dayRow(read.day(), joinKeyUtf8);
            ranges.add(
                    read.id() == null
                            ? new RowRange(row, new byte[] {read.tag()})
                            : Cells.withId(row, read.tag(), read.id()));
        }
    }

    /** Reads the rows of the ranges from {@link #addDayRanges}, starting at index {@code next}. */
    int readDayRows(List<Row> rows, int next, Visibility visibility, StoredCells reader) {
        for (DayRequest read : dayRequests) {
            Row row = rows.get(next++);
            dayRowSizes.set(read.day(), row.size());
            largestDayRow = Math.max(largestDayRow, row.size());
            byte[] requestedId = read.id() == null ? null : Cells.utf8(read.id());
            for (Cell cell : row.cells()) {
                byte[] key = cell.key();
                if (requestedId != null && !Cells.hasId(key, requestedId) || !Cells.isVisible(cell, visibility)) {
                    continue;
                }
                if (read.tag() == Cells.TAG) {
                    tags = with(tags, tag(cell, read.id()));
                } else {
                    impressions = withLatest(impressions, reader.impression(cell));
                }
            }
        }
        return next;
    }

    private static StoredEvent tag(Cell cell, String id) {
        byte[] key = cell.key();
        return new StoredEvent(
                id, 0, Cells.seenAt(key), Cells.takeoverOf(key), Cells.origin(key), 0, 0, null, null, null, false);
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
        for (DayRequest read : dayRequests) {
            if (read.tag() == Cells.IMPRESSION && read.id() != null) {
                tombstones.request(joinKeyUtf8, EventType.IMPRESSION, read.id());
            }
        }
    }

    /** Requests the tombstones of impressions that were not requested by their ids. */
    void requestTombstonesOfImpressions() {
        if (tombstones != null) {
            requestTombstones(EventType.IMPRESSION, impressions.values());
        }
    }

    private void requestTombstones(EventType type, Collection<StoredEvent> found) {
        for (StoredEvent event : found) {
            if (tombstones.mayHide(event)) {
                tombstones.request(joinKeyUtf8, type, event.id());
            }
        }
    }

    void addTombstoneRanges(List<RowRange> ranges) {
        if (tombstones != null) {
            tombstones.addRanges(ranges);
        }
    }

    /** Reads the rows of the ranges from {@link #addTombstoneRanges}, and removes what tombstones hide. */
    int readTombstones(List<Row> rows, int next, Visibility visibility) {
        if (tombstones == null) {
            return next;
        }
        int index = tombstones.read(rows, next, visibility);
        clicks.values().removeIf(click -> tombstones.hides(EventType.CLICK, click));
        conversions.values().removeIf(conversion -> tombstones.hides(EventType.CONVERSION, conversion));
        impressions.values().removeIf(impression -> tombstones.hides(EventType.IMPRESSION, impression));
        tags.values().removeIf(tag -> tombstones.hides(EventType.TAG, tag));
        return index;
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

    /** Adds a day that has a row. Returns whether it was absent. */
    boolean addDay(int day) {
        return days.add(day, 1);
    }

    StoredEvent impression(String id) {
        return impressions.get(id);
    }

    Collection<StoredEvent> impressions() {
        return impressions.values();
    }

    boolean hasTag(String id) {
        return tags.containsKey(id);
    }

    /** Number of clicks and conversions in the key's own row, including those of this block. */
    int keyRowSize() {
        return clicks.size() + conversions.size();
    }

    /** Number of events in the day's row, including those of this block. A row that was not read is new. */
    int dayRowSize(int day) {
        return dayRowSizes.get(day);
    }

    /**
     * Days whose rows may exceed the cap in this block. The ranges that were read tell the number of cells. Ghosts must
     * not count, or a crash would change which events are over the cap (invariant E). So these rows are read whole.
     */
    List<Integer> crowdedDays(int rowCap) {
        if (largestDayRow + events.size() <= rowCap) {
            return List.of();
        }
        List<Integer> crowded = new ArrayList<>();
        for (int i = 0; i < dayRowSizes.size(); i++) {
            int day = dayRowSizes.day(i);
            if (dayRowSizes.get(day) + events.size() > rowCap) {
                crowded.add(day);
            }
        }
        return crowded;
    }

    /** Reads the whole row of a crowded day, and requests the tombstones that may hide its cells. */
    void readCrowdedDay(int day, Row row, Visibility visibility) {
        List<CrowdedCell> cells = new ArrayList<>(row.size());
        for (Cell cell : row.cells()) {
            if (Cells.isVisible(cell, visibility)) {
                byte[] key = cell.key();
                EventType type = key[0] == Cells.TAG ? EventType.TAG : EventType.IMPRESSION;
                StoredEvent event = tag(cell, Cells.idOf(key));
                cells.add(new CrowdedCell(type, event));
                if (tombstones != null && tombstones.mayHide(event)) {
                    tombstones.request(joinKeyUtf8, type, event.id());
                }
            }
        }
        if (crowded.isEmpty()) {
            crowded = new HashMap<>(2);
        }
        crowded.put(day, cells);
    }

    /** Counts the events of crowded days. An event with two visible cells counts once, and a hidden cell not at all. */
    void countCrowdedDays() {
        crowded.forEach((day, cells) -> {
            Set<CrowdedEvent> events = new HashSet<>();
            for (CrowdedCell cell : cells) {
                if (tombstones == null || !tombstones.hides(cell.type(), cell.event())) {
                    events.add(new CrowdedEvent(cell.type(), cell.event().id()));
                }
            }
            dayRowSizes.set(day, events.size());
        });
    }

    void addImpression(StoredEvent impression) {
        impressions = with(impressions, impression);
        dayRowSizes.add(Cells.day(impression.time()), 1);
    }

    void addTag(StoredEvent tag) {
        tags = with(tags, tag);
        dayRowSizes.add(Cells.day(tag.time()), 1);
    }
}
