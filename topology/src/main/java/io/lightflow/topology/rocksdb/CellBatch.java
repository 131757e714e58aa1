package io.lightflow.topology.rocksdb;

import io.lightflow.store.NewCell;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

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

    private final AtomicLong nextPage;
    private final ValuePage page = new ValuePage();
    private final int[] cellFrom = new int[MOST_CELLS];
    private final int[] cellTo = new int[MOST_CELLS];

    private List<NewCell> cells = List.of();
    private long[] order = {};
    private byte[] bytes = new byte[1 << 20];
    private int length;
    private int records;
    /** Of the page that is being filled. */
    private long pageNumber;

    /** @param nextPage gives numbers to pages of values that stand apart */
    CellBatch(AtomicLong nextPage) {
        this.nextPage = nextPage;
    }

    /**
     * Takes the place of what was there.
     *
     * @param some at most {@value #MOST_CELLS}
     */
    void begin(List<NewCell> some, Generation generation) {
        cells = some;
        order = RowOrder.of(some);
        length = HEADER_BYTES;
        records = 0;
        int rowFamily = generation.rows().getID();
        int valueFamily = generation.values().getID();
        for (int i = 0; i < order.length; i++) {
            NewCell cell = cell(i);
            if (cell.value().length < RowCodec.APART_FROM_BYTES) {
                merge(i, rowFamily, cell.row(), cell.key(), cell.value(), false);
            } else {
                merge(i, rowFamily, cell.row(), cell.key(), apart(valueFamily, cell.value()), true);
            }
        }
        endPage(valueFamily);
    }

    /** Returns the value's place. */
    private byte[] apart(int family, byte[] value) {
        if (!page.hasRoomFor(value)) {
            endPage(family);
        }
        if (page.isEmpty()) {
            pageNumber = nextPage.getAndIncrement();
        }
        return page.add(pageNumber, value);
    }

    private void endPage(int family) {
        if (!page.isEmpty()) {
            byte[] key = ValuePage.key(pageNumber);
            begin(PUT, family, key.length + page.length());
            sized(key, key.length);
            sized(page.bytes(), page.length());
            page.clear();
        }
    }

    private NewCell cell(int i) {
        return cells.get(RowOrder.index(order[i]));
    }

    private void merge(int i, int family, byte[] row, byte[] key, byte[] value, boolean isApart) {
        int cellLength = RowCodec.encodedLength(key, value, isApart);
        begin(MERGE, family, row.length + cellLength);
        sized(row, row.length);
        length = RowCodec.putVarint(bytes, length, cellLength);
        cellFrom[i] = length;
        length = RowCodec.encode(bytes, length, key, value, isApart);
        cellTo[i] = length;
    }

    private void begin(byte kind, int family, int contentBytes) {
        int most = Math.addExact(length, 1 + 3 * RowCodec.LONGEST_VARINT + contentBytes);
        if (most > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(most, 2 * bytes.length));
        }
        bytes[length++] = kind;
        length = RowCodec.putVarint(bytes, length, family);
        records++;
    }

    private void sized(byte[] content, int contentLength) {
        length = RowCodec.putVarint(bytes, length, contentLength);
        System.arraycopy(content, 0, bytes, length, contentLength);
        length += contentLength;
    }

    /** What {@code new WriteBatch(byte[])} takes. */
    byte[] toWriteBatch() {
        byte[] batch = Arrays.copyOf(bytes, length);
        for (int i = 0; i < Integer.BYTES; i++) {
            batch[COUNT_AT + i] = (byte) (records >>> 8 * i);
        }
        return batch;
    }

    /** To be called once the batch is written. */
    void appendTo(RowCache cache) {
        for (int i = 0; i < order.length; i++) {
            cache.append(cell(i).row(), bytes, cellFrom[i], cellTo[i]);
        }
    }

    /** To be called when it is not known whether the batch is written. */
    void removeFrom(RowCache cache) {
        for (int i = 0; i < order.length; i++) {
            cache.remove(cell(i).row());
        }
    }
}
