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
 * What a block knows of one join key: the visible part of its rows, and the events of the block. Of several visible
 * cells with one event id the one seen at the highest watermark counts; see {@link Cells}.
 */
final class KeyState {
    final String joinKey;
    final byte[] joinKeyUtf8;
    /** Events of this block, in its order. */
    final List<LightEvent> events = new ArrayList<>(2);
    /** Set by a timer that is due. */
    boolean timerDue;
    /** Whether everything has been read that decides stored clicks and conversions; if not, none of them can change. */
    boolean decides;

    // Most keys have few of these, so they are made for the first of them.

    private Map<String, Stored> clicks = Collections.emptyMap();
    private Map<String, Stored> conversions = Collections.emptyMap();
    /** Impressions that were looked up or came in this block. */
    private Map<String, Stored> impressions = Collections.emptyMap();

    private Map<String, Stored> tags = Collections.emptyMap();

    /** Days that have a row. */
    private final DayCounts days = new DayCounts();
    /** Events in the day rows that were read; at first with ghosts and twofold cells, see {@link #crowdedDays}. */
    private final DayCounts dayRowSizes = new DayCounts();

    private int largestDayRow;
    /**
     * Events of this block that found their row full. They are not stored, so that this is all that is known of them.
     */
    private final Set<CutOff> cutOff = new HashSet<>(0);

    private List<DayRead> dayReads = List.of();

    /** A range of a day row that was asked for. An id of null means all impressions of the day. */
    private record DayRead(int day, byte tag, String id) {}

    private record CutOff(EventType type, String id) {}

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
                    throw new IllegalStateException(
                            "the row of join key " + joinKey + " has a cell of unknown kind " + key[0]);
            }
        }
    }

    private static Stored timed(Cell cell, byte[] body, Object record, String advertiserId) {
        byte[] key = cell.key();
        return new Stored(
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

    private static Map<String, Stored> withLatest(Map<String, Stored> byId, Stored found) {
        Map<String, Stored> more = byId.isEmpty() ? new LinkedHashMap<>(2) : byId;
        more.merge(found.id(), found, (a, b) -> b.seenAt() > a.seenAt() ? b : a);
        return more;
    }

    private static Map<String, Stored> with(Map<String, Stored> byId, Stored added) {
        Map<String, Stored> more = byId.isEmpty() ? new LinkedHashMap<>(2) : byId;
        more.put(added.id(), added);
        return more;
    }

    /** Asks for the event of this id in the days from {@code since} to {@code until}, as far as they have rows. */
    void wantId(byte tag, String id, long since, long until) {
        int first = Cells.day(since);
        int last = Cells.day(until);
        for (int i = 0; i < days.size(); i++) {
            int day = days.day(i);
            if (day >= first && day <= last) {
                want(new DayRead(day, tag, id));
            }
        }
    }

    private void want(DayRead read) {
        if (dayReads.isEmpty()) {
            dayReads = new ArrayList<>(2);
        }
        if (!dayReads.contains(read)) {
            dayReads.add(read);
        }
    }

    /** Asks for all impressions of the days from {@code since} to {@code until}. */
    void wantImpressions(long since, long until) {
        wantId(Cells.IMPRESSION, null, since, until);
    }

    void addDayRanges(List<RowRange> ranges) {
        for (DayRead read : dayReads) {
            byte[] row = Cells.dayRow(read.day(), joinKeyUtf8);
            ranges.add(
                    read.id() == null
                            ? new RowRange(row, new byte[] {read.tag()})
                            : Cells.withId(row, read.tag(), read.id()));
        }
    }

    /** Takes as many rows as {@link #addDayRanges} asked for, from index {@code next} on. */
    int readDayRows(List<Row> rows, int next, Visibility visibility) {
        for (DayRead read : dayReads) {
            Row row = rows.get(next++);
            dayRowSizes.set(read.day(), row.size());
            largestDayRow = Math.max(largestDayRow, row.size());
            byte[] wanted = read.id() == null ? null : Cells.utf8(read.id());
            for (Cell cell : row.cells()) {
                byte[] key = cell.key();
                if (wanted != null && !Cells.hasId(key, wanted) || !Cells.isVisible(cell, visibility)) {
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

    private static Stored tag(Cell cell, String id) {
        return new Stored(id, 0, Cells.seenAt(cell.key()), Cells.origin(cell.key()), 0, null, null, null, false);
    }

    private static Stored impression(Cell cell) {
        byte[] key = cell.key();
        return new Stored(
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

    /** Clicks that are known, by id. */
    Map<String, Stored> clicks() {
        return clicks;
    }

    void addClick(Stored click) {
        clicks = with(clicks, click);
    }

    /** Conversions that are known, by id. */
    Map<String, Stored> conversions() {
        return conversions;
    }

    void addConversion(Stored conversion) {
        conversions = with(conversions, conversion);
    }

    /** Lists a day that has a row. Returns whether it was not listed yet. */
    boolean addDay(int day) {
        return days.add(day, 1);
    }

    Stored impression(String id) {
        return impressions.get(id);
    }

    Collection<Stored> impressions() {
        return impressions.values();
    }

    boolean hasTag(String id) {
        return tags.containsKey(id);
    }

    /** Clicks and conversions in the key's own row, after what was added in this block. */
    int keyRowSize() {
        return clicks.size() + conversions.size();
    }

    /** Events in the day's row after what was added in this block; a row that was not read is new. */
    int dayRowSize(int day) {
        return dayRowSizes.get(day);
    }

    /**
     * Days whose rows may outgrow the cap in this block. What was read of them says how many cells they have, but
     * ghosts must not count, or a crash would change what is cut off (invariant E): they have to be read whole.
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

    /** Takes the whole row of a crowded day: counts its events, those with two visible cells once. */
    void readCrowdedDay(int day, Row row, Visibility visibility) {
        Set<String> ids = new HashSet<>();
        for (Cell cell : row.cells()) {
            if (Cells.isVisible(cell, visibility)) {
                ids.add(Cells.tagAndId(cell.key()));
            }
        }
        dayRowSizes.set(day, ids.size());
    }

    /** Remembers an event that found its row full. */
    void cutOff(EventType type, String id) {
        cutOff.add(new CutOff(type, id));
    }

    boolean isCutOff(EventType type, String id) {
        return !cutOff.isEmpty() && cutOff.contains(new CutOff(type, id));
    }

    void addImpression(Stored impression) {
        impressions = with(impressions, impression);
        dayRowSizes.add(Cells.day(impression.time()), 1);
    }

    void addTag(Stored tag) {
        tags = with(tags, tag);
        dayRowSizes.add(Cells.day(tag.time()), 1);
    }
}
