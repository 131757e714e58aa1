package io.lightflow.topology.rocksdb;

import io.lightflow.store.NewCell;
import io.lightflow.topology.eventlog.Varint;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;

/**
 * Cells on their way into RocksDB, in the form that its {@code WriteBatch} has: to hand it over as a whole takes one
 * call instead of one or two for every cell. (The form is that of the write-ahead log, described in RocksDB's
 * {@code write_batch.cc}, and cannot change as long as older logs are to be read.)
 *
 * <p>The cells stand in the order of their rows, nearly, so that each finds its place in RocksDB's sorted memory beside
 * the one before it.
 *
 * <p>One thread at a time.
 */
final class CellBatch {
    /** How many cells one batch takes; so many that they are dense, so few that they stay in the processor's caches. */
    static final int MOST_CELLS = 1 << 14;

    private static final int HEADER_BYTES = 12;
    private static final int COUNT_AT = 8;
    private static final byte PUT = 5;
    private static final byte MERGE = 6;

    private byte[] bytes = new byte[1 << 20];
    private int length;
    private int records;

    /**
     * Takes the place of what was there.
     *
     * @param cells at most {@value #MOST_CELLS}
     */
    void begin(List<NewCell> cells, ColumnFamilyHandle family) {
        length = HEADER_BYTES;
        records = 0;
        for (long place : RowOrder.of(cells)) {
            merge(cells.get(RowOrder.index(place)), family.getID());
        }
    }

    private void merge(NewCell cell, int family) {
        byte[] row = cell.row();
        int cellLength = RowCodec.encodedLength(cell.key(), cell.value());
        begin(MERGE, family, row.length + cellLength);
        sized(row);
        length = Varint.put(bytes, length, cellLength);
        length = RowCodec.encode(bytes, length, cell.key(), cell.value());
    }

    /** Adds a value that replaces the former one. */
    void put(ColumnFamilyHandle family, byte[] key, byte[] value) {
        begin(PUT, family.getID(), key.length + value.length);
        sized(key);
        sized(value);
    }

    private void begin(byte kind, int family, int contentBytes) {
        int most = Math.addExact(length, 1 + 3 * Varint.MAX_BYTES + contentBytes);
        if (most > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(most, 2 * bytes.length));
        }
        bytes[length++] = kind;
        length = Varint.put(bytes, length, family);
        records++;
    }

    private void sized(byte[] content) {
        length = Varint.put(bytes, length, content.length);
        System.arraycopy(content, 0, bytes, length, content.length);
        length += content.length;
    }

    /** What {@code new WriteBatch(byte[])} takes. */
    byte[] toWriteBatch() {
        byte[] batch = Arrays.copyOf(bytes, length);
        for (int i = 0; i < Integer.BYTES; i++) {
            batch[COUNT_AT + i] = (byte) (records >>> 8 * i);
        }
        return batch;
    }
}
