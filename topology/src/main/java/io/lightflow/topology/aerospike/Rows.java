package io.lightflow.topology.aerospike;

import com.aerospike.client.Key;
import com.aerospike.client.Value;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/**
 * Rows and cells as Aerospike's records. Thread-safe.
 *
 * <pre>
 * set          record key                        holds
 * SET          row                               a KEY_ORDERED map: cell key -> day kind value
 * SET.more     'r' part length(row) row          the same, of a row that one record cannot hold
 * SET.more     'v' piece length(row) row cell    a piece of a large value
 * </pre>
 *
 * A record is limited in size. So a value of more than {@link #LARGEST_INLINE} bytes stands apart, in pieces, and what
 * does not fit into a row's record goes to its next part. Nothing tells that there is one but the number of cells: a
 * part that refused a cell has at least {@link #PART_FOLLOWS_FROM}.
 *
 * <p>A value begins with the day (2 bytes, days since the Unix epoch) on which the cell was written, so that a row
 * which is written to for ever can be rid of cells that are older than the retention.
 */
final class Rows {
    static final String BIN = "c";

    /** What a namespace must allow: Aerospike's default. */
    static final int RECORD_BYTES = 1 << 20;
    /** Bytes of a value that stands in its row. */
    static final int LARGEST_INLINE = 4 << 10;
    /** Bytes put into a record at once. */
    static final int LARGEST_PUT = 64 << 10;
    /** Bytes of a piece of a large value. */
    static final int PIECE = 512 << 10;
    /** A record that cannot take another put holds more than 900 KiB, in cells of less than 6 KiB each. */
    static final int PART_FOLLOWS_FROM = 150;

    static final byte INLINE = 0;
    static final byte APART = 1;

    private static final byte[] NOTHING = {};
    private static final int PREFIX = 3;
    private static final int APART_LENGTH = PREFIX + Integer.BYTES;
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final String namespace;
    private final String set;
    private final String more;
    private final Duration retention;
    private final InstantSource clock;

    Rows(String namespace, String set, Duration retention, InstantSource clock) {
        this.namespace = namespace;
        this.set = set;
        this.more = more(set);
        this.retention = retention;
        this.clock = clock;
    }

    private static String more(String set) {
        return set + ".more";
    }

    /** The sets that hold the rows of a group. */
    static List<String> sets(String set) {
        return List.of(set, more(set));
    }

    /** Seconds that a record is kept after it was last written. */
    int timeToLive() {
        return Math.toIntExact(retention.toSeconds());
    }

    Key row(byte[] row, int part) {
        return part == 0 ? new Key(namespace, set, row) : new Key(namespace, more, with('r', part, row, NOTHING));
    }

    Key piece(byte[] row, byte[] cell, int piece) {
        return new Key(namespace, more, with('v', piece, row, cell));
    }

    private static byte[] with(char kind, int number, byte[] row, byte[] cell) {
        return ByteBuffer.allocate(9 + row.length + cell.length)
                .put((byte) kind)
                .putInt(number)
                .putInt(row.length)
                .put(row)
                .put(cell)
                .array();
    }

    /** What a cell's value is in the map. */
    byte[] inline(byte[] value) {
        return prefix(PREFIX + value.length, INLINE).put(value).array();
    }

    /** What stands in the map for a value in pieces. */
    byte[] apart(byte[] value) {
        return prefix(APART_LENGTH, APART).putInt(value.length).array();
    }

    private ByteBuffer prefix(int length, byte kind) {
        return ByteBuffer.allocate(length).putShort(today()).put(kind);
    }

    private short today() {
        return (short) (clock.millis() / DAY_MS);
    }

    static boolean isApart(byte[] stored) {
        return stored[2] == APART;
    }

    static byte[] inlineValue(byte[] stored) {
        return Arrays.copyOfRange(stored, PREFIX, stored.length);
    }

    static int apartLength(byte[] stored) {
        return ByteBuffer.wrap(stored).getInt(PREFIX);
    }

    static int pieces(int length) {
        return (length + PIECE - 1) / PIECE;
    }

    /** Every value of a cell that was written longer ago than the retention is less than this. */
    Value oldest() {
        long day = (clock.millis() - retention.toMillis()) / DAY_MS;
        return Value.get(
                ByteBuffer.allocate(2).putShort((short) Math.max(0, day)).array());
    }

    /** The end of the range of keys that begin with a prefix; null if there is none. */
    static Value end(byte[] prefix) {
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(prefix, last + 1);
                end[last]++;
                return Value.get(end);
            }
        }
        return null;
    }
}
