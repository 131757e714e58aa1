package io.lightflow.topology.aerospike;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.NewCell;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The byte format of event cells: a join key has one row for each day, and its own row lists the days. Numbers are
 * big-endian; days and {@code seenAt} have their sign bit flipped.
 *
 * <pre>
 * row                  cell key                               value
 * 'k' joinKey          'D' day                                -
 * 'd' day joinKey      'I' or 'T' id 0xFF takeover seenAt origin  0x82 time value
 * </pre>
 *
 * The takeover and the byte before it are missing if it is 0.
 *
 * <p>Cells of the version before have no format byte. The time of an impression is part of its value, behind the head;
 * that of a tag is unknown, so the start of its day takes its place. The key of a {@code D} cell ends in an origin.
 */
final class DayRows {
    static final byte DAY = 'D';

    private static final byte FORMAT = (byte) 0x82;
    private static final int HEAD_BYTES = 1 + Long.BYTES;
    /** The first byte of a former value that names the schema of its body (4 bytes). */
    private static final byte FORMER_FORMAT = (byte) 0x81;

    /** Starts the takeover. No UTF-8 contains this byte. */
    private static final byte TAKEOVER_MARK = (byte) 0xff;

    private static final int TAKEOVER_BYTES = 1 + Integer.BYTES;
    private static final int SEEN_AND_ORIGIN_BYTES = 20;

    private DayRows() {}

    static byte[] keyRow(byte[] joinKey) {
        return ByteBuffer.allocate(1 + joinKey.length)
                .put((byte) 'k')
                .put(joinKey)
                .array();
    }

    static boolean isKeyRow(byte[] row) {
        return row.length > 0 && row[0] == 'k';
    }

    static byte[] dayRow(int day, byte[] joinKey) {
        return ByteBuffer.allocate(5 + joinKey.length)
                .put((byte) 'd')
                .putInt(day ^ Integer.MIN_VALUE)
                .put(joinKey)
                .array();
    }

    static NewCell dayCell(byte[] joinKey, int day) {
        byte[] key =
                ByteBuffer.allocate(5).put(DAY).putInt(day ^ Integer.MIN_VALUE).array();
        return new NewCell(keyRow(joinKey), key, new byte[0]);
    }

    static boolean isDay(Cell cell) {
        return cell.key().length >= 5 && cell.key()[0] == DAY;
    }

    static int dayOf(Cell dayCell) {
        return ByteBuffer.wrap(dayCell.key()).getInt(1) ^ Integer.MIN_VALUE;
    }

    private static byte kind(EventType type) {
        return (byte) (type == EventType.TAG ? 'T' : 'I');
    }

    /** The common prefix of the cells that a query asks for. Cells with longer ids may have it, too. */
    static byte[] prefix(EventQuery query) {
        int idLength = query.id() == null ? 0 : query.id().length;
        ByteBuffer prefix = ByteBuffer.allocate(1 + idLength).put(kind(query.type()));
        return idLength == 0 ? prefix.array() : prefix.put(query.id()).array();
    }

    static NewCell stored(EventCell cell) {
        int suffix = SEEN_AND_ORIGIN_BYTES + (cell.takeover() == 0 ? 0 : TAKEOVER_BYTES);
        ByteBuffer key = ByteBuffer.allocate(1 + cell.id().length + suffix)
                .put(kind(cell.type()))
                .put(cell.id());
        if (cell.takeover() != 0) {
            key.put(TAKEOVER_MARK).putInt(cell.takeover());
        }
        key.putLong(cell.seenAt() ^ Long.MIN_VALUE)
                .putInt(cell.origin().incarnation())
                .putLong(cell.origin().offset());
        byte[] value = ByteBuffer.allocate(HEAD_BYTES + cell.value().length)
                .put(FORMAT)
                .putLong(cell.time())
                .put(cell.value())
                .array();
        return new NewCell(dayRow(cell.day(), cell.joinKey()), key.array(), value);
    }

    /** The event in a cell of a day row. */
    static EventCell event(byte[] joinKey, int day, Cell cell) {
        byte[] key = cell.key();
        int end = key.length - SEEN_AND_ORIGIN_BYTES;
        int mark = end - TAKEOVER_BYTES;
        boolean hasTakeover = mark > 1 && key[mark] == TAKEOVER_MARK;
        ByteBuffer at = ByteBuffer.wrap(key);
        EventType type = key[0] == 'T' ? EventType.TAG : EventType.IMPRESSION;
        byte[] stored = cell.value();
        return new EventCell(
                type,
                joinKey,
                Arrays.copyOfRange(key, 1, hasTakeover ? mark : end),
                time(type, day, stored),
                hasTakeover ? at.getInt(mark + 1) : 0,
                at.getLong(end) ^ Long.MIN_VALUE,
                new Origin(at.getInt(end + Long.BYTES), at.getLong(end + Long.BYTES + Integer.BYTES)),
                value(type, stored));
    }

    private static boolean isFormer(byte[] stored) {
        return stored.length == 0 || stored[0] != FORMAT;
    }

    /** Where the time is in the value of an impression of the version before. */
    private static int formerTimeAt(byte[] stored) {
        int producedMs = Long.BYTES;
        return stored[0] == FORMER_FORMAT ? 1 + Integer.BYTES + producedMs : producedMs;
    }

    private static long time(EventType type, int day, byte[] stored) {
        if (!isFormer(stored)) {
            return ByteBuffer.wrap(stored).getLong(1);
        }
        return type == EventType.TAG
                ? KeyDay.start(day)
                : ByteBuffer.wrap(stored).getLong(formerTimeAt(stored));
    }

    private static byte[] value(EventType type, byte[] stored) {
        if (!isFormer(stored)) {
            return Arrays.copyOfRange(stored, HEAD_BYTES, stored.length);
        }
        if (type == EventType.TAG) {
            return stored;
        }
        int timeAt = formerTimeAt(stored);
        return ByteBuffer.allocate(stored.length - Long.BYTES)
                .put(stored, 0, timeAt)
                .put(stored, timeAt + Long.BYTES, stored.length - timeAt - Long.BYTES)
                .array();
    }
}
