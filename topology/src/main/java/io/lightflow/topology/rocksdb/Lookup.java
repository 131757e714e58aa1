package io.lightflow.topology.rocksdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.rocksdb.ByteBufferGetStatus;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Reads some rows from all generations in one call, through buffers outside the heap that are used again and again.
 * ({@code multiGetAsList} is no way to do it: it gives a row that could not be read as absent.)
 *
 * <p>One thread at a time.
 */
final class Lookup {
    /** Rows times generations of one call. */
    static final int SLOTS = 512;

    private static final int KEY_BYTES = 256;
    private static final int VALUE_BYTES = 4096;

    private final ByteBuffer[] keySlots = slices(KEY_BYTES);
    private final ByteBuffer[] valueSlots = slices(VALUE_BYTES);
    private final List<ByteBuffer> keys = new ArrayList<>(SLOTS);
    private final List<ByteBuffer> values = new ArrayList<>(SLOTS);
    private final List<ColumnFamilyHandle> families = new ArrayList<>(SLOTS);
    private byte[] row = new byte[VALUE_BYTES];
    private int rowLength;

    /** Takes one row after the other, in the order they were asked for. */
    interface RowConsumer {
        /** @param row valid during the call only */
        void accept(int index, RowCodec.ParsedRow row);
    }

    private static ByteBuffer[] slices(int bytes) {
        ByteBuffer slab = ByteBuffer.allocateDirect(SLOTS * bytes);
        ByteBuffer[] slices = new ByteBuffer[SLOTS];
        for (int i = 0; i < SLOTS; i++) {
            slices[i] = slab.slice(i * bytes, bytes);
        }
        return slices;
    }

    /** How many rows one call can take. */
    static int capacity(List<ColumnFamilyHandle> generations) {
        return Math.max(1, SLOTS / generations.size());
    }

    /**
     * Gives each row that is present to the consumer.
     *
     * @param rows distinct rows, at most {@link #capacity}; rising is fastest
     * @throws CorruptStoreException if a row is damaged
     * @throws io.lightflow.store.StoreUnavailableException if a row cannot be read now
     */
    void read(
            RocksDB database,
            ReadOptions options,
            Path directory,
            List<ColumnFamilyHandle> generations,
            List<byte[]> rows,
            RowConsumer consumer)
            throws RocksDBException {
        fill(generations, rows);
        List<ByteBufferGetStatus> answers = database.multiGetByteBuffers(options, families, keys, values);
        for (int i = 0; i < rows.size(); i++) {
            rowLength = 0;
            for (int g = 0; g < generations.size(); g++) {
                ByteBufferGetStatus answer = answers.get(g * rows.size() + i);
                Status.Code code = answer.status.getCode();
                if (code == Status.Code.Ok) {
                    append(database, options, generations.get(g), rows.get(i), answer);
                } else if (code != Status.Code.NotFound) {
                    throw Failures.onUse(directory, "read", answer.status, new RocksDBException(answer.status));
                }
            }
            if (rowLength > 0) {
                consumer.accept(i, parse(directory, rows.get(i)));
            }
        }
    }

    private void fill(List<ColumnFamilyHandle> generations, List<byte[]> rows) {
        keys.clear();
        values.clear();
        families.clear();
        for (ColumnFamilyHandle generation : generations) {
            for (int i = 0; i < rows.size(); i++) {
                byte[] key = rows.get(i);
                ByteBuffer buffer = key.length <= KEY_BYTES ? keySlots[i] : ByteBuffer.allocateDirect(key.length);
                keys.add(buffer.clear().put(key).flip());
                values.add(valueSlots[values.size()].clear());
                families.add(generation);
            }
        }
    }

    private void append(
            RocksDB database,
            ReadOptions options,
            ColumnFamilyHandle generation,
            byte[] key,
            ByteBufferGetStatus answer)
            throws RocksDBException {
        if (answer.requiredSize <= VALUE_BYTES) {
            reserve(answer.requiredSize);
            answer.value.get(row, rowLength, answer.requiredSize);
            rowLength += answer.requiredSize;
        } else {
            byte[] large = Objects.requireNonNull(
                    database.get(generation, options, key), "a row that was there is never deleted");
            reserve(large.length);
            System.arraycopy(large, 0, row, rowLength, large.length);
            rowLength += large.length;
        }
    }

    private void reserve(int more) {
        int needed = Math.addExact(rowLength, more);
        if (needed > row.length) {
            row = Arrays.copyOf(row, Math.max(needed, 2 * row.length));
        }
    }

    private RowCodec.ParsedRow parse(Path directory, byte[] key) {
        try {
            return RowCodec.parse(row, rowLength);
        } catch (IllegalArgumentException e) {
            throw new CorruptStoreException(
                    "Cannot read row " + HexFormat.of().formatHex(key) + " (hexadecimal) of the RocksDB join store in "
                            + directory + ": its cells cannot be told apart, " + e.getMessage()
                            + ". Restore the directory from a copy, or recompute it from the topics",
                    e);
        }
    }
}
