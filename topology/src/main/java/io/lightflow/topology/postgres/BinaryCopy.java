package io.lightflow.topology.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lightflow.statistics.Counts;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** One COPY of statistics rows in PostgreSQL's binary format. Must be closed: without {@link #end} it is cancelled. */
final class BinaryCopy implements AutoCloseable {
    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(ISO_8859_1);

    /** PostgreSQL counts from 2000-01-01T00:00Z. */
    private static final long EPOCH_MS = 946_684_800_000L;

    private static final int COUNT_COLUMNS = StatisticsTable.COUNT_COLUMNS.size();
    private static final int FIXED_BYTES = 2 + 6 + 8 + 12 + COUNT_COLUMNS * 12;

    private final CopyIn copy;
    private final int keyColumns;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

    /**
     * @param target the table and its columns
     * @param keyColumns how many of them are the time and the texts that {@link #encode} makes
     */
    BinaryCopy(Connection connection, String target, int keyColumns) throws SQLException {
        this.keyColumns = keyColumns;
        copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + target + " FROM STDIN (FORMAT binary)");
        buffer.put(SIGNATURE).putInt(0).putInt(0);
    }

    /** Texts as they travel: a length and UTF-8 for each. */
    static byte[] encode(List<String> texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (String text : texts) {
                byte[] utf8 = text.getBytes(UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory refuses to be written", e);
        }
        return bytes.toByteArray();
    }

    /** Two integers as they travel, one in the upper and one in the lower half of a number. */
    static byte[] encode(long numbers) {
        return ByteBuffer.allocate(4 * Integer.BYTES)
                .putInt(Integer.BYTES)
                .putInt((int) (numbers >>> Integer.SIZE))
                .putInt(Integer.BYTES)
                .putInt((int) numbers)
                .array();
    }

    /** A row of the temporary table: part and ordinal go before. */
    void row(int part, int ordinal, long time, byte[] dimensions, Counts counts) throws SQLException {
        begin(2 + keyColumns + COUNT_COLUMNS, dimensions);
        buffer.putInt(2).putShort((short) part).putInt(4).putInt(ordinal);
        end(time, dimensions, counts);
    }

    /** A row of a statistics table. */
    void row(long time, byte[] dimensions, Counts counts) throws SQLException {
        begin(keyColumns + COUNT_COLUMNS, dimensions);
        end(time, dimensions, counts);
    }

    private void begin(int columns, byte[] dimensions) throws SQLException {
        if (buffer.remaining() < FIXED_BYTES + dimensions.length) {
            flush();
        }
        buffer.putShort((short) columns);
    }

    private void end(long time, byte[] dimensions, Counts counts) {
        number(Math.multiplyExact(time - EPOCH_MS, 1000L));
        buffer.put(dimensions);
        number(counts.impressions);
        number(counts.clicks);
        number(counts.conversions);
        number(counts.invalidImpressions);
        number(counts.invalidClicks);
        number(counts.invalidConversions);
        number(counts.spendMicros);
        number(counts.revenueMicros);
    }

    private void number(long value) {
        buffer.putInt(8).putLong(value);
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    /** Ends the rows; from here on they are in the table. */
    void end() throws SQLException {
        if (buffer.remaining() < 2) {
            flush();
        }
        buffer.putShort((short) -1);
        flush();
        copy.endCopy();
    }

    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
