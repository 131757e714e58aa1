package io.lightflow.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The part of the contract that concerns rows; {@link JoinStoreContract} adds that of event cells. */
public abstract class RowContract {
    /** The shard of the tests. */
    protected static final int SHARD = 3;

    private JoinStore store;

    /** Opens the store that is tested: an empty one, or on further calls in the same test the same one again. */
    protected abstract JoinStore open() throws Exception;

    protected final JoinStore store() throws Exception {
        if (store == null) {
            store = open();
        }
        return store;
    }

    protected final void reopen() throws Exception {
        store().close();
        store = null;
        store();
    }

    @AfterEach
    final void closeStore() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void anAbsentRowReadsAsEmpty() throws Exception {
        write(List.of(cell("present", "k", "v")));

        assertThat(rows(List.of(range("absent", "k"), whole("absent")))).containsExactly(List.of(), List.of());
    }

    @Test
    void readingOrWritingNothingDoesNothing() throws Exception {
        store().write(List.of());
        store().write(List.of(new StoreWrite(SHARD, List.of(), List.of())));

        StoreAnswer answer = store().reader(SHARD).read(StoreQuery.ofRows(List.of()));
        assertThat(answer.rows()).isEmpty();
        assertThat(answer.events()).isEmpty();
        assertThat(answer.daySizes()).isEmpty();
    }

    @Test
    void cellsComeInUnsignedOrderOfTheirKeysWhateverTheOrderTheyWereWrittenIn() throws Exception {
        byte[] row = bytes("row");
        List<NewCell> cells = new ArrayList<>();
        for (int first = 0; first < 256; first++) {
            cells.add(new NewCell(row, new byte[] {(byte) first}, new byte[] {(byte) first}));
            cells.add(new NewCell(row, new byte[] {(byte) first, 0}, new byte[0]));
            cells.add(new NewCell(row, new byte[] {(byte) first, (byte) 0xff}, new byte[0]));
        }
        cells.add(new NewCell(row, new byte[0], bytes("the empty key")));
        Collections.shuffle(cells, new Random(7));
        write(cells.subList(0, 300));
        write(cells.subList(300, cells.size()));

        List<Cell> read = rows(List.of(RowRange.wholeRow(row))).get(0);

        List<byte[]> expected = new ArrayList<>(cells.stream().map(NewCell::key).toList());
        expected.sort(Arrays::compareUnsigned);
        assertThat(read.stream().map(cell -> hex(cell.key())))
                .containsExactlyElementsOf(
                        expected.stream().map(RowContract::hex).toList());
        assertThat(read.size()).isEqualTo(769);
    }

    @Test
    void aPrefixSelectsExactlyTheKeysThatBeginWithIt() throws Exception {
        write(List.of(
                cell("row", "b", "2"),
                cell("row", "ba", "3"),
                cell("row", "bz", "4"),
                cell("row", "a", "1"),
                cell("row", "c", "5"),
                cell("other", "b", "6")));

        List<Cell> read = rows(List.of(range("row", "b"))).get(0);

        assertThat(text(read)).containsExactly("b=2", "ba=3", "bz=4");
        assertThat(rows(List.of(range("row", "bb"))).get(0)).isEmpty();
    }

    @Test
    void aPrefixThatEndsIn0xffSelectsNoMoreThanItsKeys() throws Exception {
        byte[] row = bytes("row");
        List<byte[]> keys =
                List.of(key(0xfe), key(0xff), key(0xff, 0x00), key(0xff, 0xff), key(0xff, 0xff, 0xff), key(0x00));
        write(keys.stream().map(key -> new NewCell(row, key, new byte[] {1})).toList());

        List<List<Cell>> read = rows(List.of(
                new RowRange(row, key(0xff)), new RowRange(row, key(0xff, 0xff)), new RowRange(row, key(0xfe, 0xff))));

        assertThat(keys(read.get(0))).containsExactly("ff", "ff00", "ffff", "ffffff");
        assertThat(keys(read.get(1))).containsExactly("ffff", "ffffff");
        assertThat(keys(read.get(2))).isEmpty();
    }

    @Test
    void addingTheSameCellAgainChangesNothing() throws Exception {
        NewCell cell = cell("row", "k", "v");
        write(List.of(cell, cell("row", "k2", "v2"), cell));
        write(List.of(cell));

        List<Cell> read = rows(List.of(whole("row"))).get(0);

        assertThat(text(read)).containsExactly("k=v", "k2=v2");
        assertThat(read.size()).isEqualTo(2);
    }

    @Test
    void cellsAddedLaterStandBesideTheEarlierOnes() throws Exception {
        for (int i = 0; i < 200; i++) {
            write(List.of(cell("row", "k%03d".formatted(i), "v" + i)));
        }

        List<Cell> read = rows(List.of(whole("row"))).get(0);

        assertThat(read.size()).isEqualTo(200);
        assertThat(text(read).get(199)).isEqualTo("k199=v199");
    }

    @Test
    void anEmptyValueIsACell() throws Exception {
        write(List.of(cell("row", "k", "")));

        List<Cell> read = rows(List.of(range("row", "k"))).get(0);

        assertThat(read).hasSize(1);
        assertThat(read.get(0).value()).isEmpty();
        assertThat(read.size()).isEqualTo(1);
    }

    @Test
    void bytesOfAnyKindAndLengthComeBackAsTheyWere() throws Exception {
        Random random = new Random(11);
        List<NewCell> cells = new ArrayList<>();
        for (int length : new int[] {0, 1, 127, 128, 255, 256, 5_000, 16_383, 16_384, 100_000}) {
            byte[] row = new byte[Math.min(length, 1_000) + 1];
            byte[] value = new byte[length];
            random.nextBytes(row);
            random.nextBytes(value);
            cells.add(new NewCell(row, row.clone(), value));
        }
        write(cells);

        List<List<Cell>> read =
                rows(cells.stream().map(cell -> RowRange.wholeRow(cell.row())).toList());

        for (int i = 0; i < cells.size(); i++) {
            assertThat(read.get(i)).hasSize(1);
            assertThat(read.get(i).get(0).key()).isEqualTo(cells.get(i).key());
            assertThat(read.get(i).get(0).value()).isEqualTo(cells.get(i).value());
        }
    }

    @Test
    void aBatchOfManyThousandRowsComesBackInTheOrderItWasAskedFor() throws Exception {
        int count = 25_000;
        List<NewCell> cells = new ArrayList<>();
        List<RowRange> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cells.add(cell("row-" + i, "k", "value " + i));
            ranges.add(whole("row-" + i));
            ranges.add(range("nothing-" + i, "k"));
        }
        Collections.shuffle(ranges, new Random(3));
        write(cells);

        List<List<Cell>> read = rows(ranges);

        assertThat(read).hasSize(2 * count);
        for (int i = 0; i < ranges.size(); i++) {
            String row = new String(ranges.get(i).row(), UTF_8);
            List<String> expected = row.startsWith("row-") ? List.of("k=value " + row.substring(4)) : List.of();
            assertThat(text(read.get(i))).as(row).isEqualTo(expected);
        }
    }

    @Test
    void aRowMayHoldTenThousandCells() throws Exception {
        List<NewCell> cells = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            cells.add(cell("big", "%c%05d".formatted('a' + i % 10, i), "value " + i));
        }
        Collections.shuffle(cells, new Random(5));
        for (int from = 0; from < cells.size(); from += 1_000) {
            write(cells.subList(from, from + 1_000));
        }

        List<List<Cell>> read = rows(List.of(whole("big"), range("big", "d")));

        assertThat(read.get(0)).hasSize(10_000);
        assertThat(read.get(1)).hasSize(1_000);
        assertThat(text(read.get(1)).get(0)).isEqualTo("d00003=value 3");
    }

    @Test
    void oneReadMayAskForARowWithSeveralPrefixesAndSeveralTimes() throws Exception {
        write(List.of(cell("row", "a1", "1"), cell("row", "a2", "2"), cell("row", "b1", "3")));

        List<List<Cell>> read = rows(
                List.of(range("row", "a"), range("absent", "a"), range("row", "b"), range("row", "a"), whole("row")));

        assertThat(read.stream().map(RowContract::text))
                .containsExactly(
                        List.of("a1=1", "a2=2"),
                        List.of(),
                        List.of("b1=3"),
                        List.of("a1=1", "a2=2"),
                        List.of("a1=1", "a2=2", "b1=3"));
    }

    @Test
    void theStoreNeitherKeepsNorChangesTheCallersArrays() throws Exception {
        byte[] row = bytes("row");
        byte[] key = bytes("key");
        byte[] value = bytes("value");
        write(List.of(new NewCell(row, key, value)));
        assertThat(new String(row, UTF_8) + new String(key, UTF_8) + new String(value, UTF_8))
                .isEqualTo("rowkeyvalue");
        Arrays.fill(row, (byte) 'x');
        Arrays.fill(key, (byte) 'x');
        Arrays.fill(value, (byte) 'x');
        byte[] asked = bytes("row");
        byte[] prefix = bytes("k");

        List<Cell> first = rows(List.of(new RowRange(asked, prefix))).get(0);
        assertThat(new String(asked, UTF_8) + new String(prefix, UTF_8)).isEqualTo("rowk");
        Arrays.fill(asked, (byte) 'x');
        Arrays.fill(first.get(0).key(), (byte) 'x');
        Arrays.fill(first.get(0).value(), (byte) 'x');

        assertThat(text(rows(List.of(whole("row"))).get(0))).containsExactly("key=value");
        assertThat(rows(List.of(whole("xxx"))).get(0)).isEmpty();
    }

    @Test
    void writersOfDifferentRowsDoNotDisturbEachOther() throws Exception {
        int writers = 4;
        int rounds = 50;
        JoinStore shared = store();
        CyclicBarrier start = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                String row = "row-" + w;
                work.add(() -> {
                    start.await();
                    for (int round = 0; round < rounds; round++) {
                        List<NewCell> cells = new ArrayList<>();
                        for (int i = 0; i < 20; i++) {
                            cells.add(cell(row + "-" + i, "k%03d".formatted(round), row));
                        }
                        write(shared, cells);
                        List<Cell> own =
                                rows(shared, List.of(whole(row + "-7"))).get(0);
                        assertThat(own.size()).isEqualTo(round + 1);
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }

        for (int w = 0; w < writers; w++) {
            for (int i = 0; i < 20; i++) {
                List<Cell> read =
                        rows(shared, List.of(whole("row-" + w + "-" + i))).get(0);
                assertThat(read.size()).isEqualTo(rounds);
                assertThat(text(read).get(0)).isEqualTo("k000=row-" + w);
            }
        }
    }

    @Test
    void anyHistoryOfWritesReadsAsAMapOfMaps() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Map<String, NavigableMap<String, String>> model = new TreeMap<>();
        for (int round = 0; round < 60; round++) {
            List<NewCell> cells = new ArrayList<>();
            for (int i = random.nextInt(200); i > 0; i--) {
                String row = "row-" + random.nextInt(40);
                String key = "%c%02d".formatted('a' + random.nextInt(4), random.nextInt(60));
                String value = "value of " + key;
                cells.add(cell(row, key, value));
                model.computeIfAbsent(row, absent -> new TreeMap<>()).put(key, key + "=" + value);
            }
            write(cells);
            List<RowRange> ranges = new ArrayList<>();
            for (int i = random.nextInt(100); i > 0; i--) {
                ranges.add(range(
                        "row-" + random.nextInt(45),
                        random.nextBoolean() ? "" : String.valueOf((char) ('a' + random.nextInt(5)))));
            }
            List<List<Cell>> read = rows(ranges);
            for (int i = 0; i < ranges.size(); i++) {
                String prefix = new String(ranges.get(i).prefix(), UTF_8);
                NavigableMap<String, String> row =
                        model.getOrDefault(new String(ranges.get(i).row(), UTF_8), new TreeMap<>());
                List<String> expected = row.entrySet().stream()
                        .filter(cell -> cell.getKey().startsWith(prefix))
                        .map(Map.Entry::getValue)
                        .toList();
                assertThat(text(read.get(i))).as("-Dseed=" + seed).isEqualTo(expected);
            }
        }
    }

    @Test
    void aClosedStoreRefusesWorkAndMayBeClosedAgain() throws Exception {
        JoinStore closed = store();
        closed.close();
        closed.close();

        assertThatThrownBy(() -> rows(closed, List.of(whole("row")))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> write(closed, List.of(cell("row", "k", "v"))))
                .isInstanceOf(IllegalStateException.class);
    }

    protected final void write(List<NewCell> cells) throws Exception {
        write(store(), cells);
    }

    protected static void write(JoinStore store, List<NewCell> cells) {
        store.write(List.of(new StoreWrite(SHARD, cells, List.of())));
    }

    protected final List<List<Cell>> rows(List<RowRange> ranges) throws Exception {
        return rows(store(), ranges);
    }

    protected static List<List<Cell>> rows(JoinStore store, List<RowRange> ranges) {
        return store.reader(SHARD).read(StoreQuery.ofRows(ranges)).rows();
    }

    protected static NewCell cell(String row, String key, String value) {
        return new NewCell(bytes(row), bytes(key), bytes(value));
    }

    protected static RowRange range(String row, String prefix) {
        return new RowRange(bytes(row), bytes(prefix));
    }

    protected static RowRange whole(String row) {
        return RowRange.wholeRow(bytes(row));
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** The cells as {@code key=value}. */
    protected static List<String> text(List<Cell> row) {
        return row.stream()
                .map(cell -> new String(cell.key(), UTF_8) + "=" + new String(cell.value(), UTF_8))
                .toList();
    }

    private static List<String> keys(List<Cell> row) {
        return row.stream().map(cell -> hex(cell.key())).toList();
    }

    private static byte[] key(int... values) {
        byte[] key = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            key[i] = (byte) values[i];
        }
        return key;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
