package io.lightflow.topology.aerospike;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.JoinStore;
import io.lightflow.store.JoinStoreContract;
import io.lightflow.store.KeyDay;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Event cells in day rows, on rows in memory: the whole contract without a server. */
final class DayRowsTest extends JoinStoreContract {
    private static final int DAY = 20_000;
    private static final long NOON = KeyDay.start(DAY) + KeyDay.DAY_MS / 2;

    private final MemoryRows rows = new MemoryRows();
    private ListedDays listed = new ListedDays();

    @Override
    protected JoinStore open() {
        return new JoinStore() {
            private boolean closed;

            @Override
            public StoreReader reader(int shard) {
                StoreReader reader = new DayRowReader(rows, listed);
                return query -> {
                    requireOpen();
                    return reader.read(query);
                };
            }

            @Override
            public void write(List<StoreWrite> writes) {
                requireOpen();
                listed.write(rows, writes);
            }

            private void requireOpen() {
                if (closed) {
                    throw new IllegalStateException("closed");
                }
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    /** Rows in memory that count their round trips. */
    private static final class MemoryRows implements WideRows {
        private final TreeMap<ByteBuffer, TreeMap<ByteBuffer, byte[]>> rows = new TreeMap<>(MemoryRows::compare);
        private int reads;
        private int cellsWritten;
        private boolean failWrite;

        private static int compare(ByteBuffer a, ByteBuffer b) {
            return Arrays.compareUnsigned(a.array(), b.array());
        }

        @Override
        public synchronized List<SizedRow> read(List<RowRange> ranges) {
            reads++;
            return ranges.stream().map(this::read).toList();
        }

        private SizedRow read(RowRange range) {
            TreeMap<ByteBuffer, byte[]> row = rows.get(ByteBuffer.wrap(range.row()));
            if (row == null) {
                return SizedRow.ABSENT;
            }
            int prefix = range.prefix().length;
            List<Cell> cells = row.entrySet().stream()
                    .filter(cell -> Arrays.mismatch(cell.getKey().array(), range.prefix()) == -1
                            || Arrays.mismatch(cell.getKey().array(), range.prefix()) >= prefix)
                    .map(cell -> new Cell(
                            cell.getKey().array().clone(), cell.getValue().clone()))
                    .toList();
            return new SizedRow(cells, row.size());
        }

        @Override
        public synchronized void write(List<NewCell> cells) {
            if (failWrite) {
                throw new StoreUnavailableException("told to fail", null);
            }
            cellsWritten += cells.size();
            for (NewCell cell : cells) {
                rows.computeIfAbsent(ByteBuffer.wrap(cell.row().clone()), absent -> new TreeMap<>(MemoryRows::compare))
                        .put(ByteBuffer.wrap(cell.key().clone()), cell.value().clone());
            }
        }
    }

    @Test
    void eventsOfAKeyWhoseRowWasReadCostOneRoundTrip() throws Exception {
        add(impression("key", "id", 1, 1, "v"));
        rows.reads = 0;
        StoreReader reader = store().reader(SHARD);
        reader.read(StoreQuery.ofRows(List.of(whole("kkey"))));
        assertThat(rows.reads).isEqualTo(1);

        StoreAnswer answer = reader.read(new StoreQuery(
                List.of(whole("kother")),
                List.of(id(EventType.IMPRESSION, "key", "id")),
                List.of(new KeyDay(bytes("key"), 19_723))));

        assertThat(rows.reads).isEqualTo(2);
        assertThat(ids(answer.events().get(0))).containsExactly("id");
        assertThat(answer.daySizes()).containsExactly(1);
        reader.read(query(id(EventType.IMPRESSION, "other", "id")));
        assertThat(rows.reads).isEqualTo(3);
        store().reader(SHARD).read(query(id(EventType.IMPRESSION, "key", "id")));
        assertThat(rows.reads).as("a reader of another step knows no days").isEqualTo(5);
    }

    @Test
    void aDayIsListedOnceAndOnlyWhenItsWriteSucceeded() throws Exception {
        rows.failWrite = true;
        try {
            store().write(List.of(new StoreWrite(SHARD, List.of(), List.of(at("id1", NOON)))));
        } catch (StoreUnavailableException e) {
            rows.failWrite = false;
        }
        add(at("id2", NOON), at("id3", NOON));
        assertThat(rows.cellsWritten).isEqualTo(3);
        add(at("id4", NOON + 1));
        assertThat(rows.cellsWritten).isEqualTo(4);
        listed = new ListedDays();
        reopen();

        store().reader(SHARD).read(StoreQuery.ofRows(List.of(whole("kkey"))));
        add(at("id5", NOON + 1));
        assertThat(rows.cellsWritten).isEqualTo(5);
        assertThat(ofKey("key")).hasSize(4);
    }

    /** Another process may have emptied the set. */
    @Test
    void aDayThatIsListedNoMoreIsListedAgain() throws Exception {
        add(at("id1", NOON));
        rows.rows.clear();

        store().reader(SHARD).read(StoreQuery.ofRows(List.of(whole("kkey"))));
        add(at("id2", NOON));

        assertThat(ids(ofKey("key"))).containsExactly("id2");
    }

    @Test
    void cellsOfTheVersionBeforeAreRead() throws Exception {
        byte[] body = bytes("body");
        byte[] impression = ByteBuffer.allocate(1 + 4 + 8 + 8 + body.length)
                .put((byte) 0x81)
                .putInt(7)
                .putLong(NOON + 3)
                .putLong(NOON)
                .put(body)
                .array();
        byte[] first = ByteBuffer.allocate(16 + body.length)
                .putLong(NOON + 3)
                .putLong(NOON + 1)
                .put(body)
                .array();
        byte[] dayCell = ByteBuffer.allocate(17)
                .put((byte) 'D')
                .putInt(DAY ^ Integer.MIN_VALUE)
                .putInt(1)
                .putLong(5)
                .array();
        byte[] day = DayRows.dayRow(DAY, bytes("key"));
        rows.write(List.of(
                new NewCell(bytes("kkey"), dayCell, new byte[0]),
                new NewCell(day, formerKey('I', "i1", 3), impression),
                new NewCell(day, formerKey('I', "i0", 0), first),
                new NewCell(day, formerKey('T', "t", 3), new byte[0])));

        EventCell i1 = events(id(EventType.IMPRESSION, "key", "i1")).get(0);
        assertThat(i1.time()).isEqualTo(NOON);
        assertThat(i1.takeover()).isEqualTo(3);
        assertThat(i1.seenAt()).isEqualTo(NOON - 9);
        assertThat(i1.origin()).isEqualTo(new Origin(1, 5));
        assertThat(i1.value())
                .isEqualTo(ByteBuffer.allocate(13 + body.length)
                        .put((byte) 0x81)
                        .putInt(7)
                        .putLong(NOON + 3)
                        .put(body)
                        .array());
        EventCell i0 = events(id(EventType.IMPRESSION, "key", "i0")).get(0);
        assertThat(i0.time()).isEqualTo(NOON + 1);
        assertThat(i0.takeover()).isZero();
        assertThat(i0.value())
                .isEqualTo(ByteBuffer.allocate(8 + body.length)
                        .putLong(NOON + 3)
                        .put(body)
                        .array());
        EventCell tag = events(id(EventType.TAG, "key", "t")).get(0);
        assertThat(tag.day()).isEqualTo(DAY);
        assertThat(tag.value()).isEmpty();
        assertThat(events(new EventQuery(EventType.IMPRESSION, bytes("key"), null, NOON + 1, NOON + 1)))
                .hasSize(1);
        assertThat(rows(List.of(whole("kkey"))).get(0)).as("cells of the join").isEmpty();
    }

    private static byte[] formerKey(char kind, String id, int takeover) {
        ByteBuffer key = ByteBuffer.allocate(1 + id.length() + (takeover == 0 ? 20 : 25))
                .put((byte) kind)
                .put(bytes(id));
        if (takeover != 0) {
            key.put((byte) 0xff).putInt(takeover);
        }
        return key.putLong(NOON - 9 ^ Long.MIN_VALUE).putInt(1).putLong(5).array();
    }

    private static EventCell at(String id, long time) {
        return new EventCell(
                EventType.IMPRESSION, bytes("key"), bytes(id), time, 1, 0, new Origin(1, time), bytes("v"));
    }
}
