package io.lightflow.topology.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Counts;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** One COPY of statistics rows in PostgreSQL's binary format. Must be closed: without {@link #end} it is cancelled. */
final class BinaryCopy implements AutoCloseable {
    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(ISO_8859_1);

    /** PostgreSQL counts from 2000-01-01T00:00Z. */
    private static final long EPOCH_MS = 946_684_800_000L;

    private static final int COUNT_COLUMNS = StatisticsTable.COUNT_COLUMNS.size();
    private static final int MAX_ROW_BYTES = 2 + 6 + 8 + 12 + KeyTable.values().length * 8 + COUNT_COLUMNS * 12;

    private final CopyIn copy;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

    /** @param target the table and its columns: the time, the numbers, and the counts */
    BinaryCopy(Connection connection, String target) throws SQLException {
        copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + target + " FROM STDIN (FORMAT binary)");
        buffer.put(SIGNATURE).putInt(0).putInt(0);
    }

    /** A row of the temporary table: part and ordinal go before. */
    void row(int part, int ordinal, long time, int[] numbers, Counts counts) throws SQLException {
        begin(3 + numbers.length + COUNT_COLUMNS);
        buffer.putInt(2).putShort((short) part).putInt(4).putInt(ordinal);
        end(time, numbers, counts);
    }

    /** A row of a statistics table. */
    void row(long time, int[] numbers, Counts counts) throws SQLException {
        begin(1 + numbers.length + COUNT_COLUMNS);
        end(time, numbers, counts);
    }

    /** A row of the deltas. A count of 0 becomes null, which takes no room. */
    void delta(long time, int[] numbers, Counts counts) throws SQLException {
        begin(1 + numbers.length + COUNT_COLUMNS);
        key(time, numbers);
        numberOrNull(counts.impressions);
        numberOrNull(counts.clicks);
        numberOrNull(counts.conversions);
        numberOrNull(counts.invalidImpressions);
        numberOrNull(counts.invalidClicks);
        numberOrNull(counts.invalidConversions);
        numberOrNull(counts.spendMicros);
        numberOrNull(counts.revenueMicros);
    }

    private void begin(int columns) throws SQLException {
        if (buffer.remaining() < MAX_ROW_BYTES) {
            flush();
        }
        buffer.putShort((short) columns);
    }

    private void key(long time, int[] numbers) {
        number(Math.multiplyExact(time - EPOCH_MS, 1000L));
        for (int number : numbers) {
            buffer.putInt(4).putInt(number);
        }
    }

    private void end(long time, int[] numbers, Counts counts) {
        key(time, numbers);
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

    private void numberOrNull(long value) {
        if (value == 0) {
            buffer.putInt(-1);
        } else {
            number(value);
        }
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
