package io.lightflow.protocol;

import io.lightflow.position.Position;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers all cells that any attempt can write from 0 to 63, so that the contents of a join store are a {@code long}
 * with a bit for each cell.
 */
final class CellTable {
    private static final int ORIGIN_BYTES = 12;
    private static final Comparator<Cell> BY_KEY = Comparator.comparing(Cell::key, Arrays::compareUnsigned);

    private final List<NewCell> cells = new ArrayList<>();
    private final Map<List<ByteBuffer>, Integer> numbers = new HashMap<>();

    /** Thrown if the step needs more reads than there are answers. */
    static final class OneMoreRead extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<RowRange> ranges;

        OneMoreRead(List<RowRange> ranges) {
            super(null, null, false, false);
            this.ranges = List.copyOf(ranges);
        }

        List<RowRange> ranges() {
            return ranges;
        }
    }

    /** Returns a bit for each of the cells. A cell that is written again must have the same value. */
    long numbersOf(List<NewCell> written) {
        long bits = 0;
        for (NewCell cell : written) {
            int number =
                    numbers.computeIfAbsent(List.of(ByteBuffer.wrap(cell.row()), ByteBuffer.wrap(cell.key())), key -> {
                        cells.add(cell);
                        return cells.size() - 1;
                    });
            if (number >= Long.SIZE) {
                throw new IllegalStateException("a scenario may have 64 cells, found more");
            }
            if (!Arrays.equals(cells.get(number).value(), cell.value())) {
                throw new AssertionError("a cell was written again with another value");
            }
            bits |= 1L << number;
        }
        return bits;
    }

    /** The cells among these whose origins are below the position. */
    long visible(long stored, Position position) {
        Visibility visibility = position.visibility();
        long visible = 0;
        for (int number = 0; number < cells.size(); number++) {
            byte[] key = cells.get(number).key();
            ByteBuffer origin = ByteBuffer.wrap(key, key.length - ORIGIN_BYTES, ORIGIN_BYTES);
            if (visibility.isVisible(origin.getInt(), origin.getLong())) {
                visible |= 1L << number;
            }
        }
        return stored & visible;
    }

    /** The cells that these ranges can contain. */
    long in(List<RowRange> ranges) {
        long bits = 0;
        for (int number = 0; number < cells.size(); number++) {
            for (RowRange range : ranges) {
                if (isIn(cells.get(number), range)) {
                    bits |= 1L << number;
                }
            }
        }
        return bits;
    }

    private static boolean isIn(NewCell cell, RowRange range) {
        int mismatch = Arrays.mismatch(cell.key(), range.prefix());
        return Arrays.equals(cell.row(), range.row()) && (mismatch == -1 || mismatch == range.prefix().length);
    }

    /**
     * A store with the first of these contents at its first read, and so on.
     *
     * @param allVisible whether every cell gets an origin that is always visible
     */
    JoinStore answering(List<Long> contents, boolean allVisible) {
        return new JoinStore() {
            private int reads;

            @Override
            public List<Row> read(List<RowRange> ranges) {
                if (reads == contents.size()) {
                    throw new OneMoreRead(ranges);
                }
                long stored = contents.get(reads++);
                return ranges.stream()
                        .map(range -> row(stored, range, allVisible))
                        .toList();
            }

            @Override
            public void write(List<NewCell> written) {
                throw new UnsupportedOperationException("a step writes nothing");
            }

            @Override
            public void close() {}
        };
    }

    private Row row(long stored, RowRange range, boolean allVisible) {
        List<Cell> found = new ArrayList<>();
        for (int number = 0; number < cells.size(); number++) {
            NewCell cell = cells.get(number);
            if ((stored >>> number & 1) == 1 && isIn(cell, range)) {
                found.add(new Cell(allVisible ? AllVisible.key(cell.key()) : cell.key(), cell.value()));
            }
        }
        found.sort(BY_KEY);
        return new Row(found, found.size());
    }
}
