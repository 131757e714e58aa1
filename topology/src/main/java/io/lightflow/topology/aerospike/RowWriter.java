package io.lightflow.topology.aerospike;

import com.aerospike.client.BatchRead;
import com.aerospike.client.BatchRecord;
import com.aerospike.client.BatchWrite;
import com.aerospike.client.Bin;
import com.aerospike.client.Key;
import com.aerospike.client.Operation;
import com.aerospike.client.ResultCode;
import com.aerospike.client.Value;
import com.aerospike.client.cdt.MapOperation;
import com.aerospike.client.cdt.MapOrder;
import com.aerospike.client.cdt.MapPolicy;
import com.aerospike.client.cdt.MapReturnType;
import com.aerospike.client.cdt.MapWriteFlags;
import com.aerospike.client.policy.BatchWritePolicy;
import com.aerospike.client.policy.CommitLevel;
import io.lightflow.store.NewCell;
import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds cells to rows. Thread-safe. */
final class RowWriter {
    private static final MapPolicy BY_KEY = new MapPolicy(MapOrder.KEY_ORDERED, MapWriteFlags.DEFAULT);
    private static final Set<Integer> NO_OTHER_RESULT = Set.of();
    private static final Set<Integer> TOO_BIG = Set.of(ResultCode.RECORD_TOO_BIG);
    private static final Set<Integer> ABSENT = Set.of(ResultCode.KEY_NOT_FOUND_ERROR);
    /** A row loses its old cells each time that it has grown by this number. */
    private static final int CLEAN_INTERVAL_CELLS = 128;

    private final RecordLayout layout;
    private final BatchSender sender;
    private final BatchWritePolicy policy = new BatchWritePolicy();

    RowWriter(RecordLayout layout, BatchSender sender, AerospikeCluster.Commit commit) {
        this.layout = layout;
        this.sender = sender;
        policy.expiration = layout.timeToLive();
        policy.commitLevel = commit == AerospikeCluster.Commit.ALL ? CommitLevel.COMMIT_ALL : CommitLevel.COMMIT_MASTER;
    }

    /** One round trip; another for large values, one for each part that is full, and one for rows to be cleaned. */
    void write(List<NewCell> cells) {
        writePieces(cells);
        List<Put> open = puts(cells);
        for (int part = 0; !open.isEmpty(); part++) {
            int number = part;
            List<BatchWrite> writes =
                    open.stream().map(put -> put.write(number)).toList();
            sender.send(writes, TOO_BIG);
            List<Put> tooBig = new ArrayList<>(0);
            List<byte[]> toClean = new ArrayList<>(0);
            for (int i = 0; i < writes.size(); i++) {
                BatchWrite write = writes.get(i);
                if (write.resultCode == ResultCode.RECORD_TOO_BIG) {
                    tooBig.add(open.get(i));
                } else if (part == 0 && open.get(i).fillsUp(write.record.getInt(RecordLayout.BIN))) {
                    toClean.add(open.get(i).row);
                }
            }
            clean(toClean);
            open = tooBig;
        }
    }

    /** Cells of a row that are written at once. */
    private final class Put {
        final byte[] row;
        final Map<Value, Value> cells = new LinkedHashMap<>(2);
        int bytes;

        Put(byte[] row) {
            this.row = row;
        }

        boolean hasRoom(int more) {
            return cells.isEmpty() || bytes + more <= RecordLayout.MAX_PUT_BYTES;
        }

        void add(byte[] key, byte[] stored) {
            cells.put(Value.get(key), Value.get(stored));
            bytes += key.length + stored.length;
        }

        BatchWrite write(int part) {
            return new BatchWrite(
                    policy,
                    layout.row(row, part),
                    Operation.array(MapOperation.putItems(BY_KEY, RecordLayout.BIN, cells)));
        }

        boolean fillsUp(int size) {
            return size / CLEAN_INTERVAL_CELLS > (size - cells.size()) / CLEAN_INTERVAL_CELLS;
        }
    }

    private List<Put> puts(List<NewCell> cells) {
        Map<ByteBuffer, Put> last = new LinkedHashMap<>();
        List<Put> puts = new ArrayList<>();
        for (NewCell cell : cells) {
            byte[] stored = isLarge(cell) ? layout.apart(cell.value()) : layout.inline(cell.value());
            Put put = last.get(ByteBuffer.wrap(cell.row()));
            if (put == null || !put.hasRoom(cell.key().length + stored.length)) {
                put = new Put(cell.row());
                last.put(ByteBuffer.wrap(cell.row()), put);
                puts.add(put);
            }
            put.add(cell.key(), stored);
        }
        return puts;
    }

    private static boolean isLarge(NewCell cell) {
        return cell.value().length > RecordLayout.MAX_INLINE_BYTES;
    }

    /** Writes the pieces of large values before the cells that refer to them. */
    private void writePieces(List<NewCell> cells) {
        List<BatchWrite> writes = new ArrayList<>(0);
        for (NewCell cell : cells) {
            if (isLarge(cell)) {
                byte[] value = cell.value();
                for (int piece = 0; piece < RecordLayout.pieces(value.length); piece++) {
                    int from = piece * RecordLayout.PIECE_BYTES;
                    byte[] bytes =
                            Arrays.copyOfRange(value, from, Math.min(from + RecordLayout.PIECE_BYTES, value.length));
                    writes.add(new BatchWrite(
                            policy,
                            layout.piece(cell.row(), cell.key(), piece),
                            Operation.array(Operation.put(new Bin(RecordLayout.BIN, bytes)))));
                }
            }
        }
        sender.send(writes, NO_OTHER_RESULT);
    }

    /**
     * Removes cells older than the retention from rows that keep growing. A row in parts keeps them: with fewer cells
     * it would seem to have one part only.
     */
    private void clean(List<byte[]> grown) {
        List<BatchRecord> nextParts = new ArrayList<>();
        for (byte[] row : grown) {
            nextParts.add(new BatchRead(layout.row(row, 1), false));
        }
        sender.send(nextParts, ABSENT);
        List<BatchWrite> removals = new ArrayList<>();
        for (int i = 0; i < nextParts.size(); i++) {
            if (nextParts.get(i).resultCode == ResultCode.KEY_NOT_FOUND_ERROR) {
                Key row = layout.row(grown.get(i), 0);
                removals.add(new BatchWrite(
                        policy,
                        row,
                        Operation.array(MapOperation.removeByValueRange(
                                RecordLayout.BIN, null, layout.oldest(), MapReturnType.COUNT))));
            }
        }
        sender.send(removals, NO_OTHER_RESULT);
    }
}
