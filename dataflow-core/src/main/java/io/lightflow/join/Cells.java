package io.lightflow.join;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.RowRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The byte format of the join's rows and of the keys of their cells; {@link CellValue} has the format of the values.
 * Impressions and tags are {@link EventCell}s, in no row. Numbers are big-endian, and times have their sign bit
 * flipped, so that unsigned byte order is their order.
 *
 * <pre>
 * row                  cell key                                      value
 * 'k' joinKey          'X' takeover                          origin  -
 *                      'C' time clickId       takeover seenAt origin  click
 *                      'V' time conversionId  takeover seenAt origin  conversion
 * 'x' bucket joinKey   'i', 't', 'c', 'v' id  takeover seenAt origin  tombstone
 * 't' shard bucket     due kind                               origin  joinKey
 * </pre>
 *
 * A timer that is set before the shard has a watermark is also stored in one of the shard's early buckets: the first
 * watermark does not tell at which bucket to begin.
 *
 * <p>Every cell's key ends in its origin (invariant C). {@code seenAt} is the watermark at which the event was
 * ingested. {@code takeover} is the number of the attempt that ingested it, after a byte that no id contains; both are
 * missing if the number is 0, as in stores of earlier versions. An attempt that opens a shard commits its number first.
 * So of two cells with one origin, the one with the greater takeover is committed, and with equal takeovers the one
 * with the greater {@code seenAt}.
 *
 * <p>A tombstone tells that an attempt read an event and did not store it. It counts, and not a cell of the same origin
 * with a smaller takeover. An {@code X} cell tells that the join key has tombstones of this takeover.
 */
final class Cells {
    static final byte CLICK = 'C';
    static final byte CONVERSION = 'V';
    static final byte TOMBSTONES = 'X';

    /** A tombstone of an event that was emitted and not stored: a copy of it is a duplicate. */
    static final byte[] NOT_STORED = {1};

    /** A tombstone of one record, which was rejected or is a duplicate: it says nothing about copies. */
    static final byte[] OWN_RECORD = {2};

    static final long TIMER_BUCKET_MS = 60_000;

    private static final int EARLY_BUCKETS = 64;
    private static final int ORIGIN_BYTES = 12;
    private static final int SEEN_AND_ORIGIN_BYTES = 20;
    /** Starts the takeover in a key. No UTF-8 contains this byte. */
    private static final byte TAKEOVER_MARK = (byte) 0xff;

    private static final int TAKEOVER_BYTES = 1 + Integer.BYTES;
    private static final int TOMBSTONE_BUCKETS = 1 << 12;

    private Cells() {}

    static byte[] utf8(String string) {
        return string.getBytes(StandardCharsets.UTF_8);
    }

    static String string(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static byte[] keyRow(byte[] joinKey) {
        return ByteBuffer.allocate(1 + joinKey.length)
                .put((byte) 'k')
                .put(joinKey)
                .array();
    }

    /** The row of the tombstones of some ids. Bots have millions of them, so there are many rows. */
    static byte[] tombstoneRow(byte[] joinKey, String id) {
        int hash = id.hashCode();
        return ByteBuffer.allocate(3 + joinKey.length)
                .put((byte) 'x')
                .putShort((short) ((hash ^ hash >>> 16) & TOMBSTONE_BUCKETS - 1))
                .put(joinKey)
                .array();
    }

    static byte[] timerRow(int shard, long bucket) {
        return ByteBuffer.allocate(13)
                .put((byte) 't')
                .putInt(shard)
                .putLong(bucket ^ Long.MIN_VALUE)
                .array();
    }

    /** The row of timers set before the first watermark. There are several, to keep each small. */
    static byte[] earlyTimerRow(int shard, Origin origin) {
        return timerRow(shard, Long.MIN_VALUE + Math.floorMod(origin.offset(), EARLY_BUCKETS));
    }

    static List<RowRange> earlyTimerRows(int shard) {
        List<RowRange> rows = new ArrayList<>(EARLY_BUCKETS);
        for (int bucket = 0; bucket < EARLY_BUCKETS; bucket++) {
            rows.add(RowRange.wholeRow(timerRow(shard, Long.MIN_VALUE + bucket)));
        }
        return rows;
    }

    static RowRange withId(byte[] row, byte tag, String id) {
        byte[] utf8 = utf8(id);
        return new RowRange(
                row, ByteBuffer.allocate(1 + utf8.length).put(tag).put(utf8).array());
    }

    static byte[] tombstonesCell(int takeover, Origin origin) {
        return origin(ByteBuffer.allocate(5 + ORIGIN_BYTES).put(TOMBSTONES).putInt(takeover), origin);
    }

    static int takeoverOfTombstones(byte[] tombstonesCell) {
        return ByteBuffer.wrap(tombstonesCell).getInt(1);
    }

    /** Key of a click's or a conversion's cell. */
    static byte[] timedCell(byte tag, long time, String id, int takeover, long seenAt, Origin origin) {
        byte[] utf8 = utf8(id);
        ByteBuffer key = ByteBuffer.allocate(9 + utf8.length + suffixBytes(takeover))
                .put(tag)
                .putLong(time ^ Long.MIN_VALUE)
                .put(utf8);
        return suffix(key, takeover, seenAt, origin);
    }

    /** Kind of the tombstones of an event type. */
    static byte tombstoneKind(EventType type) {
        return switch (type) {
            case IMPRESSION -> 'i';
            case TAG -> 't';
            case CLICK -> 'c';
            case CONVERSION -> 'v';
        };
    }

    /** Key of a tombstone. */
    static byte[] tombstoneCell(byte tag, String id, int takeover, long seenAt, Origin origin) {
        byte[] utf8 = utf8(id);
        ByteBuffer key = ByteBuffer.allocate(1 + utf8.length + suffixBytes(takeover))
                .put(tag)
                .put(utf8);
        return suffix(key, takeover, seenAt, origin);
    }

    private static int suffixBytes(int takeover) {
        return takeover == 0 ? SEEN_AND_ORIGIN_BYTES : TAKEOVER_BYTES + SEEN_AND_ORIGIN_BYTES;
    }

    private static byte[] suffix(ByteBuffer key, int takeover, long seenAt, Origin origin) {
        if (takeover != 0) {
            key.put(TAKEOVER_MARK).putInt(takeover);
        }
        return origin(key.putLong(seenAt ^ Long.MIN_VALUE), origin);
    }

    static byte[] timerCell(long due, byte kind, Origin origin) {
        return origin(
                ByteBuffer.allocate(9 + ORIGIN_BYTES)
                        .putLong(due ^ Long.MIN_VALUE)
                        .put(kind),
                origin);
    }

    static long timerDue(byte[] timerCell) {
        return ByteBuffer.wrap(timerCell).getLong(0) ^ Long.MIN_VALUE;
    }

    private static byte[] origin(ByteBuffer key, Origin origin) {
        return key.putInt(origin.incarnation()).putLong(origin.offset()).array();
    }

    static Origin origin(byte[] cellKey) {
        ByteBuffer end = ByteBuffer.wrap(cellKey, cellKey.length - ORIGIN_BYTES, ORIGIN_BYTES);
        return new Origin(end.getInt(), end.getLong());
    }

    static boolean isVisible(Cell cell, Visibility visibility) {
        byte[] key = cell.key();
        ByteBuffer end = ByteBuffer.wrap(key, key.length - ORIGIN_BYTES, ORIGIN_BYTES);
        return visibility.isVisible(end.getInt(), end.getLong());
    }

    static boolean isVisible(EventCell cell, Visibility visibility) {
        return visibility.isVisible(cell.origin().incarnation(), cell.origin().offset());
    }

    static long seenAt(byte[] cellKey) {
        return ByteBuffer.wrap(cellKey).getLong(cellKey.length - SEEN_AND_ORIGIN_BYTES) ^ Long.MIN_VALUE;
    }

    static long timeOf(byte[] timedCell) {
        return ByteBuffer.wrap(timedCell).getLong(1) ^ Long.MIN_VALUE;
    }

    private static int idFrom(byte[] key) {
        return key[0] == CLICK || key[0] == CONVERSION ? 9 : 1;
    }

    /** An id has one byte or more, so a key without a takeover never seems to have one. */
    private static int idTo(byte[] key, int idFrom) {
        int to = key.length - SEEN_AND_ORIGIN_BYTES;
        int mark = to - TAKEOVER_BYTES;
        return mark > idFrom && key[mark] == TAKEOVER_MARK ? mark : to;
    }

    /** The id in the key of a click's or a conversion's cell, or of a tombstone. */
    static String idOf(byte[] key) {
        int from = idFrom(key);
        return new String(key, from, idTo(key, from) - from, StandardCharsets.UTF_8);
    }

    /** The takeover in the key of an event's cell; 0 if it has none. */
    static int takeoverOf(byte[] key) {
        int to = idTo(key, idFrom(key));
        return to == key.length - SEEN_AND_ORIGIN_BYTES
                ? 0
                : ByteBuffer.wrap(key).getInt(to + 1);
    }

    /** Whether a tombstone has exactly this id. A range by prefix also finds longer ids. */
    static boolean hasId(byte[] tombstone, byte[] idUtf8) {
        int end = idTo(tombstone, 1);
        return end - 1 == idUtf8.length && Arrays.equals(tombstone, 1, end, idUtf8, 0, idUtf8.length);
    }
}
