package io.lightflow.topology.rocksdb;

import io.lightflow.store.Cell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDBException;

/** The answer to a read while it is put together: first the rows, then the values that stand apart from them. */
final class Answer {
    /** A cell of the answer whose value is still to be read. */
    private record Open(Cell[] cells, int index, byte[] key) {}

    private final Row[] rows;
    private final List<Open> open = new ArrayList<>();
    private final List<ValueApart> values = new ArrayList<>();

    Answer(int size) {
        rows = new Row[size];
        Arrays.fill(rows, Row.ABSENT);
    }

    /**
     * @param generations what the row was read from
     * @param ends where the row's part of each generation ends
     */
    void add(int index, RowRange range, RowCodec.ParsedRow row, List<Generation> generations, int[] ends) {
        List<RowCodec.Slot> slots = row.range(range.prefix());
        Cell[] cells = new Cell[slots.size()];
        for (int i = 0; i < cells.length; i++) {
            RowCodec.Slot slot = slots.get(i);
            if (slot.isApart()) {
                open.add(new Open(cells, i, slot.key()));
                values.add(new ValueApart(generationOf(slot, generations, ends), slot.value()));
            } else {
                cells[i] = new Cell(slot.key(), slot.value());
            }
        }
        rows[index] = new Row(Arrays.asList(cells), row.size());
    }

    private static Generation generationOf(RowCodec.Slot slot, List<Generation> generations, int[] ends) {
        int generation = 0;
        while (slot.from() >= ends[generation]) {
            generation++;
        }
        return generations.get(generation);
    }

    void readValuesApart(Lookup lookup) throws RocksDBException {
        for (int from = 0; from < values.size(); from += Lookup.SLOTS) {
            List<Open> some = open.subList(from, Math.min(values.size(), from + Lookup.SLOTS));
            lookup.readValues(values.subList(from, from + some.size()), (index, value) -> {
                Open cell = some.get(index);
                cell.cells()[cell.index()] = new Cell(cell.key(), value);
            });
        }
    }

    List<Row> rows() {
        return Arrays.asList(rows);
    }
}
