package io.lightflow.topology.aerospike;

import com.aerospike.client.Key;
import com.aerospike.client.Value;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/**
 * How Aerospike's records hold rows and cells. Thread-safe.
 *
 * <pre>
 * set          record key                        holds
 * SET          row                               a KEY_ORDERED map: cell key -> day kind value
 * SET.more     'r' part length(row) row          the same, of a row that one record cannot hold
 * SET.more     'v' piece length(row) row cell    a piece of a large value
 * </pre>
 *
 * The size of a record is limited. So a value of more than {@link #MAX_INLINE_BYTES} bytes is stored apart, in pieces,
 * and what does not fit into a row's record goes to its next part. Only the number of cells tells that there is a next
 * part: a part that rejected a cell has at least {@link #MIN_CELLS_OF_FULL_PART}.
 *
 * <p>A value begins with the day (2 bytes, days since the Unix epoch) on which the cell was written. So a row that
 * never stops growing can lose cells older than the retention.
 */
final class RecordLayout {
    static final String BIN = "c";

    /** The least max-record-size of a namespace: Aerospike's default. */
    static final int MAX_RECORD_BYTES = 1 << 20;
    /** Largest value that is stored in its row. */
    static final int MAX_INLINE_BYTES = 4 << 10;
    /** Most bytes that are written to a record at once. */
    static final int MAX_PUT_BYTES = 64 << 10;
    /** Bytes of a piece of a large value. */
    static final int PIECE_BYTES = 512 << 10;
    /** A record that cannot take another put holds more than 900 KiB, in cells of less than 6 KiB each. */
    static final int MIN_CELLS_OF_FULL_PART = 150;

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

    RecordLayout(String namespace, String set, Duration retention, InstantSource clock) {
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

    /** The map's entry for a small value. */
    byte[] inline(byte[] value) {
        return prefix(PREFIX + value.length, INLINE).put(value).array();
    }

    /** The map's entry for a value in pieces. */
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
        return (length + PIECE_BYTES - 1) / PIECE_BYTES;
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
