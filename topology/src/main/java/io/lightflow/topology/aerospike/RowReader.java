package io.lightflow.topology.aerospike;

import com.aerospike.client.BatchRead;
import com.aerospike.client.Operation;
import com.aerospike.client.Record;
import com.aerospike.client.ResultCode;
import com.aerospike.client.Value;
import com.aerospike.client.cdt.MapOperation;
import com.aerospike.client.cdt.MapReturnType;
import com.aerospike.client.policy.BatchReadPolicy;
import com.aerospike.client.policy.ReadModeAP;
import io.lightflow.store.Cell;
import io.lightflow.store.RowRange;
import io.lightflow.topology.aerospike.WideRows.SizedRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads ranges of rows. Thread-safe. */
final class RowReader {
    private static final Set<Integer> ABSENT = Set.of(ResultCode.KEY_NOT_FOUND_ERROR);
    private static final Operation SIZE = MapOperation.size(RecordLayout.BIN);
    private static final Operation[] EVERYTHING = {range(new byte[0])};

    private final RecordLayout layout;
    private final BatchSender sender;
    private final BatchReadPolicy policy = new BatchReadPolicy();

    RowReader(RecordLayout layout, BatchSender sender) {
        this.layout = layout;
        this.sender = sender;
        // While the cluster moves partitions, the newest copy counts.
        policy.readModeAP = ReadModeAP.ALL;
    }

    /** One round trip; rows in several parts and large values take another. */
    List<SizedRow> read(List<RowRange> ranges) {
        List<BatchRead> reads = ranges.stream().map(this::read).toList();
        sender.send(reads, ABSENT);
        List<FoundCells> found = new ArrayList<>(ranges.size());
        List<Integer> inParts = new ArrayList<>(0);
        for (int i = 0; i < reads.size(); i++) {
            FoundCells row = found(reads.get(i));
            found.add(row);
            if (row.size >= RecordLayout.MIN_CELLS_OF_FULL_PART) {
                inParts.add(i);
            }
        }
        if (!inParts.isEmpty()) {
            readParts(ranges, found, inParts);
        }
        return withLargeValues(ranges, found);
    }

    /** @param size number of cells of the whole row */
    private record FoundCells(List<StoredCell> cells, int size) {
        static final FoundCells NOTHING = new FoundCells(List.of(), 0);
    }

    private record StoredCell(byte[] key, byte[] stored) {}

    private BatchRead read(RowRange range) {
        return new BatchRead(policy, layout.row(range.row(), 0), operations(range.prefix()));
    }

    /** The same array for the same range, so that the client sends it once for many records. */
    private static Operation[] operations(byte[] prefix) {
        return prefix.length == 0 ? EVERYTHING : new Operation[] {range(prefix), SIZE};
    }

    private static Operation range(byte[] prefix) {
        return MapOperation.getByKeyRange(
                RecordLayout.BIN, Value.get(prefix), RecordLayout.end(prefix), MapReturnType.KEY_VALUE);
    }

    private static FoundCells found(BatchRead read) {
        Record record = read.record;
        if (record == null) {
            return FoundCells.NOTHING;
        }
        List<?> answer = record.getList(RecordLayout.BIN);
        if (read.ops.length == 1) {
            List<StoredCell> cells = cells(answer);
            return new FoundCells(cells, cells.size());
        }
        return new FoundCells(cells((List<?>) answer.get(0)), ((Number) answer.get(1)).intValue());
    }

    private static List<StoredCell> cells(List<?> entries) {
        if (entries.isEmpty()) {
            return List.of();
        }
        List<StoredCell> cells = new ArrayList<>(entries.size());
        for (Object entry : entries) {
            Map.Entry<?, ?> cell = (Map.Entry<?, ?>) entry;
            cells.add(new StoredCell((byte[]) cell.getKey(), (byte[]) cell.getValue()));
        }
        return cells;
    }

    /** A row in parts, as far as it is read. */
    private static final class LongRow {
        final byte[] key;
        /** A cell may be in two parts, and must count once. */
        final TreeMap<byte[], StoredCell> cells = new TreeMap<>(Arrays::compareUnsigned);

        int nextPart;

        LongRow(byte[] key) {
            this.key = key;
        }

        void addPart(FoundCells part) {
            part.cells.forEach(cell -> cells.put(cell.key, cell));
            nextPart++;
        }
    }

    /** Reads all parts of long rows; a first part that was read as a whole is not read again. */
    private void readParts(List<RowRange> ranges, List<FoundCells> found, List<Integer> inParts) {
        Map<ByteBuffer, LongRow> byRow = new LinkedHashMap<>();
        for (int i : inParts) {
            RowRange range = ranges.get(i);
            LongRow row = byRow.computeIfAbsent(ByteBuffer.wrap(range.row()), key -> new LongRow(key.array()));
            if (range.prefix().length == 0 && row.nextPart == 0) {
                row.addPart(found.get(i));
            }
        }
        List<LongRow> open = new ArrayList<>(byRow.values());
        while (!open.isEmpty()) {
            List<BatchRead> reads = open.stream()
                    .map(row -> new BatchRead(policy, layout.row(row.key, row.nextPart), EVERYTHING))
                    .toList();
            sender.send(reads, ABSENT);
            Iterator<BatchRead> next = reads.iterator();
            open.removeIf(row -> {
                FoundCells part = found(next.next());
                row.addPart(part);
                return part.size < RecordLayout.MIN_CELLS_OF_FULL_PART;
            });
        }
        for (int i : inParts) {
            RowRange range = ranges.get(i);
            TreeMap<byte[], StoredCell> all = byRow.get(ByteBuffer.wrap(range.row())).cells;
            List<StoredCell> asked = all.tailMap(range.prefix()).values().stream()
                    .takeWhile(cell -> beginsWith(cell.key, range.prefix()))
                    .toList();
            found.set(i, new FoundCells(asked, all.size()));
        }
    }

    private static boolean beginsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private List<SizedRow> withLargeValues(List<RowRange> ranges, List<FoundCells> found) {
        List<BatchRead> pieces = new ArrayList<>(0);
        for (int i = 0; i < found.size(); i++) {
            for (StoredCell cell : found.get(i).cells) {
                if (RecordLayout.isApart(cell.stored)) {
                    int count = RecordLayout.pieces(RecordLayout.apartLength(cell.stored));
                    for (int piece = 0; piece < count; piece++) {
                        pieces.add(
                                new BatchRead(policy, layout.piece(ranges.get(i).row(), cell.key, piece), new String[] {
                                    RecordLayout.BIN
                                }));
                    }
                }
            }
        }
        sender.send(pieces, ABSENT);
        var next = pieces.iterator();
        List<SizedRow> result = new ArrayList<>(found.size());
        for (FoundCells row : found) {
            if (row.size == 0) {
                result.add(SizedRow.ABSENT);
                continue;
            }
            List<Cell> cells = new ArrayList<>(row.cells.size());
            for (StoredCell cell : row.cells) {
                byte[] value = RecordLayout.isApart(cell.stored)
                        ? joined(RecordLayout.apartLength(cell.stored), next)
                        : RecordLayout.inlineValue(cell.stored);
                if (value != null) {
                    cells.add(new Cell(cell.key, value));
                }
            }
            result.add(new SizedRow(cells, row.size));
        }
        return result;
    }

    /** Null if a piece is missing: then the cell is lost, as it would be with the piece in the row. */
    private static byte[] joined(int length, Iterator<BatchRead> pieces) {
        ByteBuffer value = ByteBuffer.allocate(length);
        for (int piece = RecordLayout.pieces(length); piece > 0; piece--) {
            Record record = pieces.next().record;
            if (record != null) {
                value.put((byte[]) record.getValue(RecordLayout.BIN));
            }
        }
        return value.hasRemaining() ? null : value.array();
    }
}
