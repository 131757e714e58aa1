package io.lightflow.topology.rocksdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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
    /** Keys of one call: rows times generations. */
    static final int SLOTS = 512;

    private static final int KEY_BYTES = 256;
    /** No power of two: the processor's caches would keep the slots from each other. */
    private static final int VALUE_BYTES = 2048 + 64;

    private final RocksDB database;
    private final ReadOptions options;
    private final Path directory;

    private final ByteBuffer[] keySlots = slices(KEY_BYTES);
    private final ByteBuffer[] valueSlots = slices(VALUE_BYTES);
    private final List<ByteBuffer> keys = new ArrayList<>(SLOTS);
    private final List<ByteBuffer> values = new ArrayList<>(SLOTS);
    private final List<ColumnFamilyHandle> families = new ArrayList<>(SLOTS);
    private final RowBytes found = new RowBytes();

    Lookup(RocksDB database, ReadOptions options, Path directory) {
        this.database = database;
        this.options = options;
        this.directory = directory;
    }

    /** Takes one row after the other, in the order they were asked for. */
    interface RowConsumer {
        /** @param row valid during the call only; without bytes if the row is absent */
        void accept(int index, RowBytes row);
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
     * Gives each row to the consumer.
     *
     * @param rows distinct rows, at most {@link #capacity}; rising is fastest
     * @throws CorruptStoreException if the files are damaged
     * @throws io.lightflow.store.StoreUnavailableException if a row cannot be read now
     */
    void readRows(List<ColumnFamilyHandle> generations, List<byte[]> rows, RowConsumer consumer)
            throws RocksDBException {
        begin();
        for (ColumnFamilyHandle generation : generations) {
            for (byte[] key : rows) {
                ask(generation, key);
            }
        }
        List<ByteBufferGetStatus> answers = database.multiGetByteBuffers(options, families, keys, values);
        for (int i = 0; i < rows.size(); i++) {
            found.clear();
            for (int g = 0; g < generations.size(); g++) {
                int slot = g * rows.size() + i;
                if (isPresent(answers.get(slot))) {
                    take(families.get(slot), rows.get(i), answers.get(slot));
                }
            }
            consumer.accept(i, found);
        }
    }

    private void begin() {
        keys.clear();
        values.clear();
        families.clear();
    }

    private void ask(ColumnFamilyHandle family, byte[] key) {
        int slot = keys.size();
        ByteBuffer buffer = key.length <= KEY_BYTES ? keySlots[slot] : ByteBuffer.allocateDirect(key.length);
        keys.add(buffer.clear().put(key).flip());
        values.add(valueSlots[slot].clear());
        families.add(family);
    }

    private boolean isPresent(ByteBufferGetStatus answer) {
        Status.Code code = answer.status.getCode();
        if (code != Status.Code.Ok && code != Status.Code.NotFound) {
            throw Failures.onUse(directory, "read", answer.status, new RocksDBException(answer.status));
        }
        return code == Status.Code.Ok;
    }

    private void take(ColumnFamilyHandle family, byte[] key, ByteBufferGetStatus answer) throws RocksDBException {
        if (answer.requiredSize <= VALUE_BYTES) {
            found.take(answer.value, answer.value.position(), answer.requiredSize);
        } else {
            found.take(Objects.requireNonNull(database.get(family, options, key), "what was there is never deleted"));
        }
    }
}
