package io.lightflow.join;

import io.lightflow.event.Origin;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.RowRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The byte format of the join's rows and cells. Numbers are big-endian, and times have their sign bit flipped, so that
 * unsigned byte order is their order.
 *
 * <pre>
 * row                             cell key                                   value
 * 'k' joinKey                     'D' day                        origin      -
 *                                 'C' time clickId      seenAt   origin      producedMs body
 *                                 'V' time conversionId seenAt   origin      producedMs body
 * 'd' day joinKey                 'I' impressionId      seenAt   origin      producedMs time body
 *                                 'T' tagId             seenAt   origin      -
 * 't' shard bucket                due kind                       origin      joinKey
 * </pre>
 *
 * A timer that is set before the shard has a watermark is also stored in one of the shard's early buckets: the first
 * watermark does not tell at which bucket to begin.
 *
 * <p>Every cell's key ends in its origin (invariant C). {@code seenAt} is the watermark at which the event was
 * ingested. Two attempts at one event with different watermarks write two cells. The one with the greater
 * {@code seenAt} is committed, since a ledger's watermark never goes back.
 */
final class Cells {
    static final byte DAY = 'D';
    static final byte CLICK = 'C';
    static final byte CONVERSION = 'V';
    static final byte IMPRESSION = 'I';
    static final byte TAG = 'T';

    static final long DAY_MS = 24 * 3600 * 1000L;
    static final long TIMER_BUCKET_MS = 60_000;

    private static final int EARLY_BUCKETS = 64;
    private static final int ORIGIN_BYTES = 12;
    private static final int SEEN_AND_ORIGIN_BYTES = 20;

    private Cells() {}

    static byte[] utf8(String string) {
        return string.getBytes(StandardCharsets.UTF_8);
    }

    static int day(long time) {
        return (int) Math.floorDiv(time, DAY_MS);
    }

    static byte[] keyRow(byte[] joinKey) {
        return ByteBuffer.allocate(1 + joinKey.length)
                .put((byte) 'k')
                .put(joinKey)
                .array();
    }

    static byte[] dayRow(int day, byte[] joinKey) {
        return ByteBuffer.allocate(5 + joinKey.length)
                .put((byte) 'd')
                .putInt(day ^ Integer.MIN_VALUE)
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

    static byte[] dayCell(int day, Origin origin) {
        return origin(ByteBuffer.allocate(5 + ORIGIN_BYTES).put(DAY).putInt(day ^ Integer.MIN_VALUE), origin);
    }

    static int dayOf(byte[] dayCell) {
        return ByteBuffer.wrap(dayCell).getInt(1) ^ Integer.MIN_VALUE;
    }

    /** Key of a click's or a conversion's cell. */
    static byte[] timedCell(byte tag, long time, String id, long seenAt, Origin origin) {
        byte[] utf8 = utf8(id);
        ByteBuffer key = ByteBuffer.allocate(9 + utf8.length + SEEN_AND_ORIGIN_BYTES)
                .put(tag)
                .putLong(time ^ Long.MIN_VALUE)
                .put(utf8)
                .putLong(seenAt ^ Long.MIN_VALUE);
        return origin(key, origin);
    }

    /** Key of an impression's or a tag's cell. */
    static byte[] idCell(byte tag, String id, long seenAt, Origin origin) {
        byte[] utf8 = utf8(id);
        ByteBuffer key = ByteBuffer.allocate(1 + utf8.length + SEEN_AND_ORIGIN_BYTES)
                .put(tag)
                .put(utf8)
                .putLong(seenAt ^ Long.MIN_VALUE);
        return origin(key, origin);
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

    static long seenAt(byte[] cellKey) {
        return ByteBuffer.wrap(cellKey).getLong(cellKey.length - SEEN_AND_ORIGIN_BYTES) ^ Long.MIN_VALUE;
    }

    static long timeOf(byte[] timedCell) {
        return ByteBuffer.wrap(timedCell).getLong(1) ^ Long.MIN_VALUE;
    }

    static String idOfTimed(byte[] timedCell) {
        return new String(timedCell, 9, timedCell.length - 9 - SEEN_AND_ORIGIN_BYTES, StandardCharsets.UTF_8);
    }

    /** Whether the cell has exactly this id. A range by prefix also finds longer ids. */
    static boolean hasId(byte[] idCell, byte[] idUtf8) {
        int end = idCell.length - SEEN_AND_ORIGIN_BYTES;
        return end - 1 == idUtf8.length && Arrays.equals(idCell, 1, end, idUtf8, 0, idUtf8.length);
    }

    /** Identifies an impression or a tag: the common part of all its cells. */
    static String tagAndId(byte[] idCell) {
        return new String(idCell, 0, idCell.length - SEEN_AND_ORIGIN_BYTES, StandardCharsets.UTF_8);
    }

    static byte[] timedValue(long producedMs, byte[] body) {
        return ByteBuffer.allocate(8 + body.length)
                .putLong(producedMs)
                .put(body)
                .array();
    }

    static byte[] impressionValue(long producedMs, long time, byte[] body) {
        return ByteBuffer.allocate(16 + body.length)
                .putLong(producedMs)
                .putLong(time)
                .put(body)
                .array();
    }

    static long producedMs(byte[] value) {
        return ByteBuffer.wrap(value).getLong(0);
    }

    static long impressionTime(byte[] value) {
        return ByteBuffer.wrap(value).getLong(8);
    }

    static byte[] timedBody(byte[] value) {
        return Arrays.copyOfRange(value, 8, value.length);
    }

    static byte[] impressionBody(byte[] value) {
        return Arrays.copyOfRange(value, 16, value.length);
    }
}
