package io.lightflow.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.archive.table.TableSchemas;
import io.lightflow.event.Impression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables whose files are in no local folder. */
class LocalCopiesTest {
    private static final ArchiveTable KIND = ArchiveTable.IMPRESSIONS;
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private Path copied;
    private Table table;

    @BeforeEach
    void createTable() throws IOException {
        copied = Files.createDirectory(folder.resolve("copies"));
        catalog.initialize("memory", Map.of("warehouse", "memory:///warehouse"));
        catalog.createNamespace(Namespace.of("us"));
        org.apache.iceberg.Schema schema = TableSchemas.of(KIND);
        table = catalog.buildTable(TableIdentifier.of("us", KIND.tableName()), schema)
                .withPartitionSpec(TableSchemas.partitions(schema))
                .withSortOrder(TableSchemas.order(schema))
                .create();
    }

    /** Commits a file with one row in an hour before the sample's. */
    private DataFile write(String id, int hoursBefore) {
        long time = SampleRecords.TIME - Duration.ofHours(hoursBefore).toMillis();
        RowWriter writer = new RowWriter(
                KIND,
                table,
                Map.of(1, Impression.getClassSchema())::get,
                () -> Instant.ofEpochMilli(SampleRecords.TIME));
        DataFile file = writer.write(List.of(new Records(
                        "us-west.impressions",
                        7,
                        0,
                        List.of(SampleRecords.record(1, "ann", 1, SampleRecords.impression(id, time))))))
                .get(0);
        AppendFiles append = table.newAppend().appendFile(file);
        append.commit();
        return file;
    }

    private String ids(LocalCopies copies, RowAccess access) throws IOException {
        copies.startQuery(TIMEOUT);
        SqlTable read = SqlTable.of("us", KIND, table, access, copies);
        SqlLimits limits = new SqlLimits(128, 64, 1, TIMEOUT, 100, Files.createTempDirectory(folder, "query"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlEngine engine = new SqlEngine(limits, List.of(read))) {
            engine.run("select string_agg(id, ' ' order by id) from impressions", ResultFormat.CSV, out, percent -> {});
        }
        return out.toString(StandardCharsets.UTF_8).lines().skip(1).findFirst().orElseThrow();
    }

    private List<Path> copied() throws IOException {
        try (Stream<Path> files = Files.list(copied)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aQueryReadsCopiesAndTheNextOneUsesThem() throws IOException {
        write("i1", 0);
        write("i2", 1);
        try (LocalCopies copies = new LocalCopies(copied, 1)) {
            assertThat(ids(copies, RowAccess.ALL)).isEqualTo("i1 i2");
            List<Path> first = copied();
            assertThat(first).hasSize(2);

            write("i3", 0);
            assertThat(ids(copies, RowAccess.ALL)).isEqualTo("i1 i2 i3");
            assertThat(copied()).hasSize(3).containsAll(first);
        }
    }

    @Test
    void onlyHoursThatAQuerySeesAreCopied() throws IOException {
        write("i1", 0);
        write("i2", 5);
        RowAccess newest = new RowAccess(
                java.util.Optional.empty(),
                java.util.Optional.of(Instant.ofEpochMilli(SampleRecords.TIME).minus(Duration.ofHours(1))),
                java.util.Optional.empty());
        try (LocalCopies copies = new LocalCopies(copied, 1)) {
            assertThat(ids(copies, newest)).isEqualTo("i1");
        }
        assertThat(copied()).hasSize(1);
    }

    @Test
    void copiesOfFormerQueriesMakeRoom() throws IOException {
        List<DataFile> files = List.of(write("i1", 0), write("i2", 1), write("i3", 2));
        long bytes = files.stream().mapToLong(DataFile::fileSizeInBytes).max().orElseThrow();
        try (LocalCopies copies = LocalCopies.ofBytes(copied, 2 * bytes)) {
            for (DataFile file : files) {
                copies.startQuery(TIMEOUT);
                Path copy = copies.of("us.impressions", table, List.of(file)).get(0);
                assertThat(copy).exists().hasSize(file.fileSizeInBytes());
            }
            assertThat(copied()).hasSize(2);
            copies.startQuery(TIMEOUT);
            assertThatThrownBy(() -> copies.of("us.impressions", table, files))
                    .isInstanceOf(SqlException.class)
                    .hasMessageContaining("Read fewer hours, or raise the limit of copies.");
        }
    }

    @Test
    void aMissingFileIsNamedAndLeavesNoCopy() throws IOException {
        DataFile lost = write("i1", 0);
        table.io().deleteFile(lost.location());
        try (LocalCopies copies = new LocalCopies(copied, 1)) {
            assertThatThrownBy(() -> ids(copies, RowAccess.ALL))
                    .isInstanceOfSatisfying(SqlException.class, failure -> assertThat(failure.kind())
                            .isEqualTo(SqlException.Kind.UNAVAILABLE))
                    .hasMessageContaining("a file of us.impressions cannot be copied from its storage")
                    .hasMessageContaining(lost.location());
        }
        assertThat(copied()).isEmpty();
    }

    @Test
    void copyingEndsWithTheTimeOfTheQuery() throws IOException {
        DataFile file = write("i1", 0);
        try (LocalCopies copies = new LocalCopies(copied, 1)) {
            copies.startQuery(Duration.ZERO);
            assertThatThrownBy(() -> copies.of("us.impressions", table, List.of(file)))
                    .isInstanceOfSatisfying(SqlException.class, failure -> assertThat(failure.kind())
                            .isEqualTo(SqlException.Kind.TIMEOUT));
        }
    }
}
