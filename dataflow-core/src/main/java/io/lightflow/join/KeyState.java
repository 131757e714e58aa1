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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of one join key during a block: the visible part of its rows, and the events of the block. Of several
 * visible cells with one event id, the one with the greatest {@code seenAt} counts; see {@link Cells}.
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
    /** Events of this block that found their row full. They are not stored, so only this set tells their duplicates. */
    private final Set<EventKey> overCap = new HashSet<>(0);

    private List<DayRequest> dayRequests = List.of();

    /** A requested range of a day row. An id of null means all impressions of the day. */
    private record DayRequest(int day, byte tag, String id) {}

    private record EventKey(EventType type, String id) {}

    KeyState(String joinKey) {
        this.joinKey = joinKey;
        this.joinKeyUtf8 = Cells.utf8(joinKey);
    }

    void readKeyRow(Row row, Visibility visibility, BodyDecoder decoder) {
        for (Cell cell : row.cells()) {
            if (!Cells.isVisible(cell, visibility)) {
                continue;
            }
            byte[] key = cell.key();
            switch (key[0]) {
                case Cells.DAY -> addDay(Cells.dayOf(key));
                case Cells.CLICK -> {
                    byte[] body = Cells.timedBody(cell.value());
                    var click = decoder.click(body);
                    clicks = withLatest(clicks, timed(cell, body, click, click.getAdvertiserId()));
                }
                case Cells.CONVERSION -> {
                    byte[] body = Cells.timedBody(cell.value());
                    var conversion = decoder.conversion(body);
                    conversions = withLatest(conversions, timed(cell, body, conversion, conversion.getAdvertiserId()));
                }
                default ->
                    throw new IllegalStateException("expected cells of kinds D, C and V in the row of join key "
                            + joinKey + ", found kind " + key[0]);
            }
        }
    }

    private static StoredEvent timed(Cell cell, byte[] body, Object record, String advertiserId) {
        byte[] key = cell.key();
        return new StoredEvent(
                Cells.idOfTimed(key),
                Cells.timeOf(key),
                Cells.seenAt(key),
                Cells.origin(key),
                Cells.producedMs(cell.value()),
                body,
                record,
                advertiserId,
                false);
    }

    private static Map<String, StoredEvent> withLatest(Map<String, StoredEvent> byId, StoredEvent found) {
        Map<String, StoredEvent> more = byId.isEmpty() ? new LinkedHashMap<>(2) : byId;
        more.merge(found.id(), found, (a, b) -> b.seenAt() > a.seenAt() ? b : a);
        return more;
    }

    private static Map<String, StoredEvent> with(Map<String, StoredEvent> byId, StoredEvent added) {
        Map<String, StoredEvent> more = byId.isEmpty() ? new LinkedHashMap<>(2) : byId;
        more.put(added.id(), added);
        return more;
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
    int readDayRows(List<Row> rows, int next, Visibility visibility) {
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
                    impressions = withLatest(impressions, impression(cell));
                }
            }
        }
        return next;
    }

    private static StoredEvent tag(Cell cell, String id) {
        return new StoredEvent(id, 0, Cells.seenAt(cell.key()), Cells.origin(cell.key()), 0, null, null, null, false);
    }

    private static StoredEvent impression(Cell cell) {
        byte[] key = cell.key();
        return new StoredEvent(
                new String(key, 1, key.length - 21, java.nio.charset.StandardCharsets.UTF_8),
                Cells.impressionTime(cell.value()),
                Cells.seenAt(key),
                Cells.origin(key),
                Cells.producedMs(cell.value()),
                Cells.impressionBody(cell.value()),
                null,
                null,
                false);
    }

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

    /** Reads the whole row of a crowded day. An event with two visible cells counts once. */
    void readCrowdedDay(int day, Row row, Visibility visibility) {
        Set<String> ids = new HashSet<>();
        for (Cell cell : row.cells()) {
            if (Cells.isVisible(cell, visibility)) {
                ids.add(Cells.tagAndId(cell.key()));
            }
        }
        dayRowSizes.set(day, ids.size());
    }

    /** Records an event that found its row full. */
    void markOverCap(EventType type, String id) {
        overCap.add(new EventKey(type, id));
    }

    boolean isOverCap(EventType type, String id) {
        return !overCap.isEmpty() && overCap.contains(new EventKey(type, id));
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
