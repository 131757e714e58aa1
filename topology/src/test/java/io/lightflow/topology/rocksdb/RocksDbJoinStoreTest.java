package io.lightflow.topology.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.store.DurableJoinStoreContract;
import io.lightflow.store.JoinStore;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
        return new RocksDbSettings(directory.resolve("store"), RETENTION, 8, 1);
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
            store().write(List.of(cell("row", "k%04d".formatted(i), "v"), cell("row-" + i, "k", "v")));
            Row row = store().read(List.of(whole("row"))).get(0);
            List<String> kept = text(row);
            for (int j = 0; j <= i; j++) {
                Duration age = Duration.between(written.get(j), now);
                boolean own = store().read(List.of(whole("row-" + j))).get(0) != Row.ABSENT;
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
        store().write(List.of(cell("row", "a", "old")));
        now = now.plus(RETENTION);
        reopen();
        store().write(List.of(cell("row", "b", "new")));
        now = now.plus(RETENTION.minusMillis(1));
        reopen();
        assertThat(text(store().read(List.of(whole("row"))).get(0))).containsExactly("a=old", "b=new");

        now = now.plusMillis(1);
        reopen();

        assertThat(text(store().read(List.of(whole("row"))).get(0))).containsExactly("b=new");
    }

    @Test
    void largeValuesAreReadFromTheGenerationOfTheirCellAlsoAfterTheStoreIsOpenedAgain() throws Exception {
        String[] values = {"a".repeat(500), "b".repeat(5_000), "c".repeat(500)};
        store().write(List.of(cell("row", "a", values[0])));
        reopen();
        store().write(List.of(cell("row", "b", values[1])));
        now = now.plus(RETENTION);
        store().write(List.of(cell("row", "c", values[2]), cell("row", "d", "small")));
        for (int i = 0; i < 2; i++) {
            assertThat(text(store().read(List.of(whole("row"))).get(0)))
                    .containsExactly("a=" + values[0], "b=" + values[1], "c=" + values[2], "d=small");
            reopen();
        }
        now = now.plus(RETENTION);
        store().write(List.of(cell("another", "a", "1")));
        assertThat(text(store().read(List.of(whole("row"))).get(0))).containsExactly("c=" + values[2], "d=small");
        assertThat(columnFamilies()).hasSize(5);
    }

    @Test
    void aClockThatGoesBackLosesNothing() throws Exception {
        store().write(List.of(cell("row", "a", "1")));
        now = now.minus(RETENTION.multipliedBy(3));
        store().write(List.of(cell("row", "b", "2")));
        reopen();

        assertThat(text(store().read(List.of(whole("row"))).get(0))).containsExactly("a=1", "b=2");
    }

    @Test
    void tasksOfOneProcessShareTheStoreUntilTheLastClosesIt() throws Exception {
        JoinStore first = store();
        try (JoinStore second = RocksDbJoinStore.acquire(settings())) {
            first.write(List.of(cell("row", "k", "v")));
            first.close();

            assertThat(text(second.read(List.of(whole("row"))).get(0))).containsExactly("k=v");
            assertThatThrownBy(() -> first.read(List.of())).isInstanceOf(IllegalStateException.class);
        }
        // Nobody holds it any more: another process can have it.
        assertThat(new ProcessBuilder(java(WriteAndHalt.class)).start().waitFor())
                .isEqualTo(HALTED);
    }

    @Test
    void otherSettingsForAnOpenStoreAreRefused() throws Exception {
        store();

        assertThatThrownBy(() -> RocksDbJoinStore.acquire(
                        new RocksDbSettings(settings().directory(), RETENTION.multipliedBy(2), 8, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("PT720H", "PT1440H", "same settings");
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
            assertThat(store().read(List.of(whole("row")))).containsExactly(Row.ABSENT);
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
        store().write(List.of(cell("row", "k", "v".repeat(500))));
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
                        damaged.read(List.of(whole("row")));
                    }
                })
                .isInstanceOf(CorruptStoreException.class)
                .hasMessageContainingAll(settings().directory().toString(), "damaged", "lightflow restore");
    }

    @Test
    void aRowThatIsNoRowIsNamed() throws Exception {
        store().write(List.of(cell("row", "k", "v")));
        store().close();
        withDatabase((database, generation) -> database.merge(generation, bytes("row"), new byte[] {5, 5, 1}));
        try (JoinStore damaged = open()) {
            assertThatThrownBy(() -> damaged.read(List.of(whole("row"))))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessageContainingAll(
                            "726f77", "byte 4", settings().directory().toString());
            assertThat(damaged.read(List.of(whole("another")))).containsExactly(Row.ABSENT);
        }
    }

    @Test
    void rowsAreReadWholeFromMemoryAndDiskTogether() throws Exception {
        store().write(List.of(cell("row", "a", "1"), cell("large", "a", "x".repeat(9_000))));
        store().close();
        flush();
        JoinStore again = open();
        try (again) {
            again.write(List.of(cell("row", "b", "2"), cell("large", "b", "y".repeat(9_000))));

            List<Row> read =
                    again.read(List.of(whole("row"), new RowRange(bytes("large"), bytes("b")), whole("large")));

            assertThat(text(read.get(0))).containsExactly("a=1", "b=2");
            assertThat(text(read.get(1))).containsExactly("b=" + "y".repeat(9_000));
            assertThat(read.get(2).size()).isEqualTo(2);
        }
    }

    @Test
    void settingsAreCheckedWhenTheyAreMade() {
        assertThatThrownBy(() -> new RocksDbSettings(directory, Duration.ofSeconds(59)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("retention", "PT59S", "PT1M");
        assertThatThrownBy(() -> new RocksDbSettings(directory, RETENTION, 0, 1))
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
                .filter(name -> name.startsWith("rows-from-"))
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
