package io.lightflow.topology.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.store.Cell;
import io.lightflow.store.DurableJoinStoreContract;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.JoinStore;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreWrite;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.StringAppendOperator;

final class RocksDbJoinStoreTest extends DurableJoinStoreContract {
    private static final Duration RETENTION = Duration.ofDays(30);

    @TempDir
    Path directory;

    /** Read by the store when it is written to, so that the tests need not wait. */
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    protected JoinStore open() {
        return RocksDbJoinStore.acquire(settings(), () -> now);
    }

    @Override
    protected List<String> commandThatWritesAndHalts() {
        return java(WriteAndHalt.class);
    }

    private RocksDbSettings settings() {
        return new RocksDbSettings(directory.resolve("store"), RETENTION, 8);
    }

    private List<String> java(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                settings().directory().toString());
    }

    @Test
    void aCellLivesForItsRetentionAfterItWasWrittenAndIsGoneAfterAboutTwiceThat() throws Exception {
        Duration step = Duration.ofHours(31);
        List<Instant> written = new ArrayList<>();
        Instant end = now.plus(RETENTION.multipliedBy(5));
        for (int i = 0; now.isBefore(end); i++, now = now.plus(step)) {
            written.add(now);
            write(List.of(cell("row", "k%04d".formatted(i), "v"), cell("row-" + i, "k", "v")));
            List<Cell> row = rows(List.of(whole("row"))).get(0);
            List<String> kept = text(row);
            for (int j = 0; j <= i; j++) {
                Duration age = Duration.between(written.get(j), now);
                boolean own = rows(List.of(whole("row-" + j))).get(0).size() == 1;
                assertThat(own).isEqualTo(kept.contains("k%04d=v".formatted(j)));
                if (age.compareTo(RETENTION) <= 0) {
                    assertThat(own).as("cell of age %s", age).isTrue();
                }
                if (age.compareTo(RETENTION.plus(step).multipliedBy(2)) > 0) {
                    assertThat(own).as("cell of age %s", age).isFalse();
                }
            }
        }
        assertThat(generations()).hasSize(2);
    }

    @Test
    void theAgeOfCellsIsRememberedWhenTheStoreIsOpenedAgain() throws Exception {
        write(List.of(cell("row", "a", "old")));
        now = now.plus(RETENTION);
        reopen();
        write(List.of(cell("row", "b", "new")));
        now = now.plus(RETENTION.minusMillis(1));
        reopen();
        assertThat(text(rows(List.of(whole("row"))).get(0))).containsExactly("a=old", "b=new");

        now = now.plusMillis(1);
        reopen();

        assertThat(text(rows(List.of(whole("row"))).get(0))).containsExactly("b=new");
    }

    @Test
    void largeValuesAreReadFromAllGenerationsAlsoAfterTheStoreIsOpenedAgain() throws Exception {
        String[] values = {"a".repeat(500), "b".repeat(5_000), "c".repeat(500)};
        write(List.of(cell("row", "a", values[0])));
        reopen();
        write(List.of(cell("row", "b", values[1])));
        now = now.plus(RETENTION);
        write(List.of(cell("row", "c", values[2]), cell("row", "d", "small")));
        for (int i = 0; i < 2; i++) {
            assertThat(text(rows(List.of(whole("row"))).get(0)))
                    .containsExactly("a=" + values[0], "b=" + values[1], "c=" + values[2], "d=small");
            reopen();
        }
        now = now.plus(RETENTION);
        write(List.of(cell("another", "a", "1")));
        assertThat(text(rows(List.of(whole("row"))).get(0))).containsExactly("c=" + values[2], "d=small");
        assertThat(columnFamilies()).hasSize(3);
    }

    @Test
    void aClockThatGoesBackLosesNothing() throws Exception {
        write(List.of(cell("row", "a", "1")));
        now = now.minus(RETENTION.multipliedBy(3));
        write(List.of(cell("row", "b", "2")));
        reopen();

        assertThat(text(rows(List.of(whole("row"))).get(0))).containsExactly("a=1", "b=2");
    }

    @Test
    void tasksOfOneProcessShareTheStoreUntilTheLastClosesIt() throws Exception {
        JoinStore first = store();
        try (JoinStore second = RocksDbJoinStore.acquire(settings())) {
            write(first, List.of(cell("row", "k", "v")));
            first.close();

            assertThat(text(rows(second, List.of(whole("row"))).get(0))).containsExactly("k=v");
            assertThatThrownBy(() -> rows(first, List.of())).isInstanceOf(IllegalStateException.class);
        }
        // Nobody holds it any more: another process can have it.
        assertThat(new ProcessBuilder(java(WriteAndHalt.class)).start().waitFor())
                .isEqualTo(HALTED);
    }

    @Test
    void otherSettingsForAnOpenStoreAreRefused() throws Exception {
        store();

        assertThatThrownBy(() -> RocksDbJoinStore.acquire(
                        new RocksDbSettings(settings().directory(), RETENTION.multipliedBy(2), 8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("30d", "60d", "same settings");
    }

    @Test
    void aStoreThatAnotherProcessHoldsSaysSoAndWhatToDo() throws Exception {
        Process holder = new ProcessBuilder(java(HoldStore.class))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(holder.getInputStream(), US_ASCII))) {
            assertThat(output.readLine()).isEqualTo("held");

            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreOpenException.class)
                    .hasMessageContainingAll(
                            settings().directory().toString(), "another process", "one process", "its own directory");

            holder.getOutputStream().close();
            assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(rows(List.of(whole("row")))).containsExactly(List.of());
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeSaysWhich() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "no directory");

        assertThatThrownBy(() -> RocksDbJoinStore.acquire(new RocksDbSettings(file.resolve("store"), RETENTION)))
                .isInstanceOf(StoreOpenException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aDamagedBlockOnDiskIsAnErrorAndNotAnAbsentRow() throws Exception {
        write(List.of(cell("row", "k", "v".repeat(500))));
        store().close();
        flush();
        try (Stream<Path> files = Files.list(settings().directory())) {
            Path table = files.filter(file -> file.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(table);
            bytes[10] ^= 0x55;
            Files.write(table, bytes);
        }
        // Opening reads a row, which may be in the damaged block.
        assertThatThrownBy(() -> {
                    try (JoinStore damaged = open()) {
                        rows(damaged, List.of(whole("row")));
                    }
                })
                .isInstanceOf(CorruptStoreException.class)
                .hasMessageContainingAll(settings().directory().toString(), "damaged", "lightflow restore");
    }

    @Test
    void aRowThatIsNoRowIsNamed() throws Exception {
        write(List.of(cell("row", "k", "v")));
        store().close();
        withDatabase((database, generation) -> database.merge(generation, bytes("row"), new byte[] {5, 5, 1}));
        try (JoinStore damaged = open()) {
            assertThatThrownBy(() -> rows(damaged, List.of(whole("row"))))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessageContainingAll(
                            "726f77", "byte 4", settings().directory().toString());
            assertThat(rows(damaged, List.of(whole("another")))).containsExactly(List.of());
        }
    }

    @Test
    void rowsAreReadWholeFromMemoryAndDiskTogether() throws Exception {
        write(List.of(cell("row", "a", "1"), cell("large", "a", "x".repeat(9_000))));
        store().close();
        flush();
        JoinStore again = open();
        try (again) {
            write(again, List.of(cell("row", "b", "2"), cell("large", "b", "y".repeat(9_000))));

            List<List<Cell>> read =
                    rows(again, List.of(whole("row"), new RowRange(bytes("large"), bytes("b")), whole("large")));

            assertThat(text(read.get(0))).containsExactly("a=1", "b=2");
            assertThat(text(read.get(1))).containsExactly("b=" + "y".repeat(9_000));
            assertThat(read.get(2)).hasSize(2);
        }
    }

    @Test
    void eventsLiveForTheirRetentionAndAreGoneAfterLessThanTwiceThat() throws Exception {
        Duration step = Duration.ofHours(31);
        List<Instant> written = new ArrayList<>();
        Instant end = now.plus(RETENTION.multipliedBy(4));
        for (int i = 0; now.isBefore(end); i++, now = now.plus(step)) {
            written.add(now);
            add(impression("key-" + i % 3, "id-" + i, 1_000L * i, i, "body " + i));
            for (int j = 0; j <= i; j++) {
                Duration age = Duration.between(written.get(j), now);
                EventQuery query = id(EventType.IMPRESSION, "key-" + j % 3, "id-" + j);
                if (age.compareTo(RETENTION) <= 0) {
                    assertThat(events(query)).as("event of age %s", age).isNotEmpty();
                }
                if (age.compareTo(RETENTION.plus(step).multipliedBy(2)) > 0) {
                    addUntilGone(query);
                    assertThat(events(query)).as("event of age %s", age).isEmpty();
                }
            }
        }
    }

    /** Sealing in the background puts a drop off to a later write. */
    private void addUntilGone(EventQuery query) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!events(query).isEmpty() && System.nanoTime() < deadline) {
            add(impression("key", "later", 1, 1, "body"));
        }
    }

    @Test
    void aCheckpointHasTheEventsOfTheRowsThatItHas() throws Exception {
        add(impression("key", "before", 1, 1, "body"));
        write(List.of(cell("row", "k", "v")));
        Path copy = directory.resolve("copy");
        ((RocksDbJoinStore) store()).checkpoint(copy);
        add(impression("key", "after", 2, 2, "body"));

        try (JoinStore copied = RocksDbJoinStore.acquire(new RocksDbSettings(copy, RETENTION, 8))) {
            assertThat(text(rows(copied, List.of(whole("row"))).get(0))).containsExactly("k=v");
            StoreQuery both =
                    query(id(EventType.IMPRESSION, "key", "before"), id(EventType.IMPRESSION, "key", "after"));
            assertThat(copied.reader(SHARD).read(both).events().stream().map(List::size))
                    .containsExactly(1, 0);
        }
        assertThat(ofKey("key")).hasSize(2);
    }

    @Test
    void aStoreWhoseEventLogIsGoneOrShorterIsRefused() throws Exception {
        EventCell event = impression("key", "id", 1, 1, "body");
        store().write(List.of(new StoreWrite(SHARD, List.of(cell("row", "k", "v")), List.of(event))));
        store().close();
        Path events = settings().directory().resolve(StoreFiles.EVENTS);
        Path segment;
        try (Stream<Path> files = Files.list(events)) {
            segment = files.findFirst().orElseThrow();
        }
        byte[] whole = Files.readAllBytes(segment);
        Files.write(segment, Arrays.copyOf(whole, whole.length - 1));
        assertRefused();
        Files.delete(segment);
        assertRefused();
        Files.write(segment, whole);

        try (JoinStore right = open()) {
            assertThat(right.reader(SHARD)
                            .read(query(id(EventType.IMPRESSION, "key", "id")))
                            .events()
                            .get(0))
                    .hasSize(1);
        }
    }

    private void assertRefused() {
        assertThatThrownBy(this::open)
                .isInstanceOf(CorruptStoreException.class)
                .hasMessageContainingAll(settings().directory().toString(), "damaged", "lightflow rebuild-store");
    }

    @Test
    void aStoreThatHoldsOnlyEventsIsNotEmpty() throws Exception {
        assertThat(((RocksDbJoinStore) store()).wasEmpty()).isTrue();
        add(impression("key", "id", 1, 1, "body"));
        reopen();

        assertThat(((RocksDbJoinStore) store()).wasEmpty()).isFalse();
    }

    @Test
    void settingsAreCheckedWhenTheyAreMade() {
        assertThatThrownBy(() -> new RocksDbSettings(directory, Duration.ofSeconds(59)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("retention", "59s", "1m");
        assertThatThrownBy(() -> new RocksDbSettings(directory, RETENTION, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("blockCacheMb", "at least 8");
    }

    private interface Work {
        void on(RocksDB database, ColumnFamilyHandle generation) throws Exception;
    }

    private void flush() throws Exception {
        withDatabase((database, generation) -> {
            try (FlushOptions options = new FlushOptions()) {
                database.flush(options, generation);
            }
        });
    }

    private List<String> columnFamilies() throws Exception {
        try (Options options = new Options()) {
            return RocksDB.listColumnFamilies(options, settings().directory().toString()).stream()
                    .map(name -> new String(name, US_ASCII))
                    .toList();
        }
    }

    private List<String> generations() throws Exception {
        return columnFamilies().stream()
                .filter(name -> name.startsWith("cells-from-"))
                .sorted()
                .toList();
    }

    /** Opens the files of the closed store past the store, with its newest generation. */
    private void withDatabase(Work work) throws Exception {
        List<String> names = columnFamilies();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (StringAppendOperator append = new StringAppendOperator("");
                ColumnFamilyOptions rows = new ColumnFamilyOptions().setMergeOperator(append);
                DBOptions options = new DBOptions();
                RocksDB database = RocksDB.open(
                        options,
                        settings().directory().toString(),
                        names.stream()
                                .map(name -> new ColumnFamilyDescriptor(name.getBytes(US_ASCII), rows))
                                .toList(),
                        handles)) {
            work.on(
                    database,
                    handles.get(names.indexOf(generations().get(generations().size() - 1))));
            handles.forEach(ColumnFamilyHandle::close);
        }
    }
}
