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

/** The contract of every join store. A store that can be reopened also passes {@link DurableJoinStoreContract}. */
public abstract class JoinStoreContract {
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
        store().write(List.of(cell("present", "k", "v")));

        assertThat(store().read(List.of(range("absent", "k"), whole("absent"))))
                .containsExactly(Row.ABSENT, Row.ABSENT);
    }

    @Test
    void readingOrWritingNothingDoesNothing() throws Exception {
        store().write(List.of());

        assertThat(store().read(List.of())).isEmpty();
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
        store().write(cells.subList(0, 300));
        store().write(cells.subList(300, cells.size()));

        Row read = store().read(List.of(RowRange.wholeRow(row))).get(0);

        List<byte[]> expected = new ArrayList<>(cells.stream().map(NewCell::key).toList());
        expected.sort(Arrays::compareUnsigned);
        assertThat(read.cells().stream().map(cell -> hex(cell.key())))
                .containsExactlyElementsOf(
                        expected.stream().map(JoinStoreContract::hex).toList());
        assertThat(read.size()).isEqualTo(769);
    }

    @Test
    void aPrefixSelectsExactlyTheKeysThatBeginWithItAndTheSizeCountsTheWholeRow() throws Exception {
        store().write(List.of(
                cell("row", "b", "2"),
                cell("row", "ba", "3"),
                cell("row", "bz", "4"),
                cell("row", "a", "1"),
                cell("row", "c", "5"),
                cell("other", "b", "6")));

        Row read = store().read(List.of(range("row", "b"))).get(0);

        assertThat(text(read)).containsExactly("b=2", "ba=3", "bz=4");
        assertThat(read.size()).isEqualTo(5);
        assertThat(store().read(List.of(range("row", "bb"))).get(0)).isEqualTo(new Row(List.of(), 5));
    }

    @Test
    void aPrefixThatEndsIn0xffSelectsNoMoreThanItsKeys() throws Exception {
        byte[] row = bytes("row");
        List<byte[]> keys =
                List.of(key(0xfe), key(0xff), key(0xff, 0x00), key(0xff, 0xff), key(0xff, 0xff, 0xff), key(0x00));
        store().write(keys.stream()
                .map(key -> new NewCell(row, key, new byte[] {1}))
                .toList());

        List<Row> read = store().read(List.of(
                new RowRange(row, key(0xff)), new RowRange(row, key(0xff, 0xff)), new RowRange(row, key(0xfe, 0xff))));

        assertThat(keys(read.get(0))).containsExactly("ff", "ff00", "ffff", "ffffff");
        assertThat(keys(read.get(1))).containsExactly("ffff", "ffffff");
        assertThat(keys(read.get(2))).isEmpty();
    }

    @Test
    void addingTheSameCellAgainChangesNothing() throws Exception {
        NewCell cell = cell("row", "k", "v");
        store().write(List.of(cell, cell("row", "k2", "v2"), cell));
        store().write(List.of(cell));

        Row read = store().read(List.of(whole("row"))).get(0);

        assertThat(text(read)).containsExactly("k=v", "k2=v2");
        assertThat(read.size()).isEqualTo(2);
    }

    @Test
    void cellsAddedLaterStandBesideTheEarlierOnes() throws Exception {
        for (int i = 0; i < 200; i++) {
            store().write(List.of(cell("row", "k%03d".formatted(i), "v" + i)));
        }

        Row read = store().read(List.of(whole("row"))).get(0);

        assertThat(read.size()).isEqualTo(200);
        assertThat(text(read).get(199)).isEqualTo("k199=v199");
    }

    @Test
    void anEmptyValueIsACell() throws Exception {
        store().write(List.of(cell("row", "k", "")));

        Row read = store().read(List.of(range("row", "k"))).get(0);

        assertThat(read.cells()).hasSize(1);
        assertThat(read.cells().get(0).value()).isEmpty();
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
        store().write(cells);

        List<Row> read = store().read(cells.stream()
                .map(cell -> RowRange.wholeRow(cell.row()))
                .toList());

        for (int i = 0; i < cells.size(); i++) {
            assertThat(read.get(i).cells()).hasSize(1);
            assertThat(read.get(i).cells().get(0).key()).isEqualTo(cells.get(i).key());
            assertThat(read.get(i).cells().get(0).value())
                    .isEqualTo(cells.get(i).value());
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
        store().write(cells);

        List<Row> read = store().read(ranges);

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
            store().write(cells.subList(from, from + 1_000));
        }

        List<Row> read = store().read(List.of(whole("big"), range("big", "d")));

        assertThat(read.get(0).cells()).hasSize(10_000);
        assertThat(read.get(1).cells()).hasSize(1_000);
        assertThat(read.get(1).size()).isEqualTo(10_000);
        assertThat(text(read.get(1)).get(0)).isEqualTo("d00003=value 3");
    }

    @Test
    void oneReadMayAskForARowWithSeveralPrefixesAndSeveralTimes() throws Exception {
        store().write(List.of(cell("row", "a1", "1"), cell("row", "a2", "2"), cell("row", "b1", "3")));

        List<Row> read = store().read(List.of(
                range("row", "a"), range("absent", "a"), range("row", "b"), range("row", "a"), whole("row")));

        assertThat(read.stream().map(JoinStoreContract::text))
                .containsExactly(
                        List.of("a1=1", "a2=2"),
                        List.of(),
                        List.of("b1=3"),
                        List.of("a1=1", "a2=2"),
                        List.of("a1=1", "a2=2", "b1=3"));
        assertThat(read.stream().map(Row::size)).containsExactly(3, 0, 3, 3, 3);
    }

    @Test
    void theStoreNeitherKeepsNorChangesTheCallersArrays() throws Exception {
        byte[] row = bytes("row");
        byte[] key = bytes("key");
        byte[] value = bytes("value");
        store().write(List.of(new NewCell(row, key, value)));
        assertThat(new String(row, UTF_8) + new String(key, UTF_8) + new String(value, UTF_8))
                .isEqualTo("rowkeyvalue");
        Arrays.fill(row, (byte) 'x');
        Arrays.fill(key, (byte) 'x');
        Arrays.fill(value, (byte) 'x');
        byte[] asked = bytes("row");
        byte[] prefix = bytes("k");

        Row first = store().read(List.of(new RowRange(asked, prefix))).get(0);
        assertThat(new String(asked, UTF_8) + new String(prefix, UTF_8)).isEqualTo("rowk");
        Arrays.fill(asked, (byte) 'x');
        Arrays.fill(first.cells().get(0).key(), (byte) 'x');
        Arrays.fill(first.cells().get(0).value(), (byte) 'x');

        assertThat(text(store().read(List.of(whole("row"))).get(0))).containsExactly("key=value");
        assertThat(store().read(List.of(whole("xxx"))).get(0)).isEqualTo(Row.ABSENT);
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
                        shared.write(cells);
                        Row own = shared.read(List.of(whole(row + "-7"))).get(0);
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
                Row read = shared.read(List.of(whole("row-" + w + "-" + i))).get(0);
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
            store().write(cells);
            List<RowRange> ranges = new ArrayList<>();
            for (int i = random.nextInt(100); i > 0; i--) {
                ranges.add(range(
                        "row-" + random.nextInt(45),
                        random.nextBoolean() ? "" : String.valueOf((char) ('a' + random.nextInt(5)))));
            }
            List<Row> read = store().read(ranges);
            for (int i = 0; i < ranges.size(); i++) {
                String prefix = new String(ranges.get(i).prefix(), UTF_8);
                NavigableMap<String, String> row =
                        model.getOrDefault(new String(ranges.get(i).row(), UTF_8), new TreeMap<>());
                List<String> expected = row.entrySet().stream()
                        .filter(cell -> cell.getKey().startsWith(prefix))
                        .map(Map.Entry::getValue)
                        .toList();
                assertThat(text(read.get(i))).as("-Dseed=" + seed).isEqualTo(expected);
                assertThat(read.get(i).size()).as("-Dseed=" + seed).isEqualTo(row.size());
            }
        }
    }

    @Test
    void aClosedStoreRefusesWorkAndMayBeClosedAgain() throws Exception {
        JoinStore closed = store();
        closed.close();
        closed.close();

        assertThatThrownBy(() -> closed.read(List.of(whole("row")))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.write(List.of(cell("row", "k", "v"))))
                .isInstanceOf(IllegalStateException.class);
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
    protected static List<String> text(Row row) {
        return row.cells().stream()
                .map(cell -> new String(cell.key(), UTF_8) + "=" + new String(cell.value(), UTF_8))
                .toList();
    }

    private static List<String> keys(Row row) {
        return row.cells().stream().map(cell -> hex(cell.key())).toList();
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
