package io.lightflow.join;

import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tombstones of one join key during a block. An attempt writes one for each event that it reads and does not store.
 * An earlier attempt may have stored the event and never committed; the tombstone hides this cell for good. Only keys
 * of bots have tombstones. Not thread-safe.
 */
final class Tombstones {
    private static final int NONE = -1;

    /** Greatest takeover that wrote a tombstone. */
    private int newestTakeover = NONE;

    private final Set<EventKey> requested = new HashSet<>(0);
    private final Map<EventKey, Map<Origin, Tombstone>> found = new HashMap<>(0);
    /** Events of this block that are not stored. */
    private final Set<EventKey> notStored = new HashSet<>(0);

    private Map<EventKey, RowRange> open = new LinkedHashMap<>(0);

    private record EventKey(EventType type, String id) {}

    /** @param ofOwnRecord whether it says nothing about copies at other origins */
    private record Tombstone(int takeover, boolean ofOwnRecord) {}

    /** The cells that hide earlier cells of an event that is rejected without being joined. */
    static List<NewCell> ofRejected(LightEvent event, int takeover, long watermark) {
        byte[] joinKey = Cells.utf8(event.joinKey());
        return List.of(
                cell(joinKey, event, takeover, watermark, Cells.OWN_RECORD),
                announcement(joinKey, takeover, event.origin()));
    }

    /** @param value {@link Cells#NOT_STORED} or {@link Cells#OWN_RECORD} */
    static NewCell cell(byte[] joinKey, LightEvent event, int takeover, long watermark, byte[] value) {
        return new NewCell(
                Cells.tombstoneRow(joinKey, event.id()),
                Cells.tombstoneCell(Cells.tombstoneKind(event.type()), event.id(), takeover, watermark, event.origin()),
                value);
    }

    /** The cell of the key row that tells readers to look for tombstones. */
    static NewCell announcement(byte[] joinKey, int takeover, Origin origin) {
        return new NewCell(Cells.keyRow(joinKey), Cells.tombstonesCell(takeover, origin), new byte[0]);
    }

    /** Records that a takeover wrote tombstones. Returns whether this was unknown. */
    boolean announce(int takeover) {
        boolean unknown = takeover > newestTakeover;
        newestTakeover = Math.max(newestTakeover, takeover);
        return unknown;
    }

    /** Whether a tombstone may hide an event of this takeover. An attempt hides only cells of earlier ones. */
    boolean mayHide(int takeover) {
        return takeover < newestTakeover;
    }

    /** Requests the tombstones of an event, unless that was done before. */
    void request(byte[] joinKey, EventType type, String id) {
        EventKey key = new EventKey(type, id);
        if (requested.add(key)) {
            open.put(key, Cells.withId(Cells.tombstoneRow(joinKey, id), Cells.tombstoneKind(type), id));
        }
    }

    void ask(QueryBuilder query) {
        query.rows.addAll(open.values());
    }

    /** Reads what was asked for. */
    void read(AnswerCursor answer, Visibility visibility) {
        for (EventKey key : open.keySet()) {
            byte[] id = Cells.utf8(key.id());
            for (Cell cell : answer.nextRow()) {
                if (Cells.hasId(cell.key(), id) && Cells.isVisible(cell, visibility)) {
                    add(key, cell);
                }
            }
        }
        open = new LinkedHashMap<>(0);
    }

    private void add(EventKey key, Cell cell) {
        boolean ofOwnRecord = Arrays.equals(cell.value(), Cells.OWN_RECORD);
        Tombstone tombstone = new Tombstone(Cells.takeoverOf(cell.key()), ofOwnRecord);
        found.computeIfAbsent(key, absent -> new HashMap<>(2))
                .merge(Cells.origin(cell.key()), tombstone, (a, b) -> b.takeover() > a.takeover() ? b : a);
    }

    /**
     * Whether a tombstone that was read hides the event: one of its origin, or that of a copy that was emitted and not
     * stored. The latter makes the event a duplicate, whichever attempt had stored it.
     */
    boolean hides(EventType type, StoredEvent event) {
        Map<Origin, Tombstone> tombstones = found.getOrDefault(new EventKey(type, event.id()), Map.of());
        for (Map.Entry<Origin, Tombstone> tombstone : tombstones.entrySet()) {
            boolean concerns =
                    !tombstone.getValue().ofOwnRecord() || tombstone.getKey().equals(event.origin());
            if (concerns && tombstone.getValue().takeover() > event.takeover()) {
                return true;
            }
        }
        return false;
    }

    /** Records an event of this block that was emitted and is not stored. */
    void addNotStored(EventType type, String id) {
        notStored.add(new EventKey(type, id));
    }

    /** Whether an event with this id was emitted and not stored. */
    boolean isEmitted(EventType type, String id) {
        EventKey key = new EventKey(type, id);
        return notStored.contains(key)
                || found.getOrDefault(key, Map.of()).values().stream().anyMatch(each -> !each.ofOwnRecord());
    }
}
