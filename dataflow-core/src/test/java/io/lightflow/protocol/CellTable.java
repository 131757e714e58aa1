package io.lightflow.protocol;

import io.lightflow.position.Position;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import io.lightflow.store.CellIdentity;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.JoinStore;
import io.lightflow.store.KeyDay;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Numbers all cells that any attempt can write from 0 to 63, so that the contents of a join store are a {@code long}
 * with a bit for each cell.
 */
final class CellTable {
    private static final int ORIGIN_BYTES = 12;
    private static final Comparator<Cell> BY_KEY = Comparator.comparing(Cell::key, Arrays::compareUnsigned);

    /** The cell of a row, or an event cell. */
    private record Numbered(NewCell cell, EventCell event, List<Object> content) {}

    private final List<Numbered> cells = new ArrayList<>();
    private final Map<List<Object>, Integer> numbers = new HashMap<>();

    /** Thrown if the step needs more reads than there are answers. */
    static final class OneMoreRead extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient StoreQuery query;

        OneMoreRead(StoreQuery query) {
            super(null, null, false, false);
            this.query = query;
        }

        StoreQuery query() {
            return query;
        }
    }

    /** Returns a bit for each of the cells. A cell that is written again must have the same content. */
    long numbersOf(StoreWrite written) {
        long bits = 0;
        for (NewCell cell : written.cells()) {
            bits |= numberOf(CellIdentity.of(cell), new Numbered(cell, null, CellIdentity.content(cell)));
        }
        for (EventCell cell : written.events()) {
            bits |= numberOf(CellIdentity.of(cell), new Numbered(null, cell, CellIdentity.content(cell)));
        }
        return bits;
    }

    private long numberOf(List<Object> identity, Numbered written) {
        int number = numbers.computeIfAbsent(identity, absent -> {
            cells.add(written);
            return cells.size() - 1;
        });
        if (number >= Long.SIZE) {
            throw new IllegalStateException("a scenario may have 64 cells, found more");
        }
        if (!cells.get(number).content().equals(written.content())) {
            throw new AssertionError("a cell was written again with another value");
        }
        return 1L << number;
    }

    /** The cells among these whose origins are below the position. */
    long visible(long stored, Position position) {
        Visibility visibility = position.visibility();
        return stored & bits(cell -> isVisible(cell, visibility));
    }

    private static boolean isVisible(Numbered cell, Visibility visibility) {
        if (cell.event() != null) {
            return visibility.isVisible(
                    cell.event().origin().incarnation(), cell.event().origin().offset());
        }
        byte[] key = cell.cell().key();
        ByteBuffer origin = ByteBuffer.wrap(key, key.length - ORIGIN_BYTES, ORIGIN_BYTES);
        return visibility.isVisible(origin.getInt(), origin.getLong());
    }

    private long bits(Predicate<Numbered> isIn) {
        long bits = 0;
        for (int number = 0; number < cells.size(); number++) {
            if (isIn.test(cells.get(number))) {
                bits |= 1L << number;
            }
        }
        return bits;
    }

    /** The cells on which the answer can depend. */
    long in(StoreQuery query) {
        long bits = 0;
        for (RowRange range : query.rows()) {
            bits |= bits(cell -> isIn(cell, range));
        }
        for (EventQuery events : query.events()) {
            bits |= bits(cell -> isIn(cell, events));
        }
        for (KeyDay day : query.days()) {
            bits |= bits(cell -> isIn(cell, day));
        }
        return bits;
    }

    private static boolean isIn(Numbered cell, RowRange range) {
        if (cell.cell() == null) {
            return false;
        }
        int mismatch = Arrays.mismatch(cell.cell().key(), range.prefix());
        return Arrays.equals(cell.cell().row(), range.row()) && (mismatch == -1 || mismatch == range.prefix().length);
    }

    private static boolean isIn(Numbered cell, EventQuery query) {
        EventCell event = cell.event();
        return event != null
                && event.type() == query.type()
                && Arrays.equals(event.joinKey(), query.joinKey())
                && (query.id() == null || Arrays.equals(event.id(), query.id()))
                && query.isWithin(event.time());
    }

    private static boolean isIn(Numbered cell, KeyDay day) {
        EventCell event = cell.event();
        return event != null && event.day() == day.day() && Arrays.equals(event.joinKey(), day.joinKey());
    }

    /**
     * A store with the first of these contents at its first read, and so on.
     *
     * @param allVisible whether every cell gets an origin that is always visible
     */
    JoinStore answering(List<Long> contents, boolean allVisible) {
        return new JoinStore() {
            @Override
            public StoreReader reader(int shard) {
                return new StoreReader() {
                    private int reads;

                    @Override
                    public StoreAnswer read(StoreQuery query) {
                        if (reads == contents.size()) {
                            throw new OneMoreRead(query);
                        }
                        return answer(query, contents.get(reads++), allVisible);
                    }
                };
            }

            @Override
            public void write(List<StoreWrite> writes) {
                throw new UnsupportedOperationException("a step writes nothing");
            }

            @Override
            public void close() {}
        };
    }

    private StoreAnswer answer(StoreQuery query, long stored, boolean allVisible) {
        return new StoreAnswer(
                query.rows().stream()
                        .map(range -> row(stored & bits(cell -> isIn(cell, range)), allVisible))
                        .toList(),
                query.events().stream()
                        .map(each -> events(stored & bits(cell -> isIn(cell, each)), allVisible))
                        .toList(),
                query.days().stream()
                        .mapToInt(day -> Long.bitCount(stored & bits(cell -> isIn(cell, day))))
                        .toArray());
    }

    private List<Cell> row(long found, boolean allVisible) {
        return numbered(found)
                .map(Numbered::cell)
                .map(cell -> new Cell(allVisible ? AllVisible.key(cell.key()) : cell.key(), cell.value()))
                .sorted(BY_KEY)
                .toList();
    }

    private List<EventCell> events(long found, boolean allVisible) {
        return numbered(found)
                .map(Numbered::event)
                .map(cell -> allVisible ? AllVisible.event(cell) : cell)
                .toList();
    }

    private Stream<Numbered> numbered(long bits) {
        return IntStream.range(0, cells.size())
                .filter(number -> (bits >>> number & 1) == 1)
                .mapToObj(cells::get);
    }
}
