package io.lightflow.archive.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.parquet.RowLookup.Row;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.archive.table.TableFiles;
import io.lightflow.archive.table.TableSchemas;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.TraceParent;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RowLookupTest {
    /** Several pages: a page has at most 20,000 rows. */
    private static final int ROWS = 50_000;

    private static final int ROWS_OF_A_KEY = 7;
    private static final Map<Integer, Schema> SCHEMAS =
            Map.of(1, Impression.getClassSchema(), 2, JoinedConversion.getClassSchema());

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final Random random = new Random(1);

    @BeforeEach
    void openCatalog() {
        catalog.initialize("memory", Map.of());
        catalog.createNamespace(Namespace.of("us"));
    }

    private Table table(ArchiveTable kind) {
        org.apache.iceberg.Schema schema = TableSchemas.of(kind);
        return catalog.buildTable(TableIdentifier.of("us", kind.tableName()), schema)
                .withPartitionSpec(TableSchemas.partitions(schema))
                .withSortOrder(TableSchemas.order(schema))
                .create();
    }

    private static List<DataFile> write(ArchiveTable kind, Table table, List<ArchiveRecord> records) {
        return new RowWriter(kind, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME))
                .write(List.of(new Records("us-west.events", 77, 3, records)));
    }

    private static String key(int number) {
        return Long.toHexString(number / ROWS_OF_A_KEY * 0x9e3779b97f4a7c15L);
    }

    private static List<ArchiveRecord> impressions(int from, int to) {
        List<ArchiveRecord> records = new ArrayList<>();
        for (int i = from; i < to; i++) {
            records.add(SampleRecords.record(i, key(i), 1, SampleRecords.impression("i" + i, SampleRecords.TIME)));
        }
        return records;
    }

    private static InputFile input(Table table, DataFile file) {
        return table.io().newInputFile(file.location());
    }

    private static List<Row> find(Table table, DataFile file, String column, String value) {
        try (RowLookup lookup = new RowLookup(input(table, file))) {
            return lookup.find(column, value);
        }
    }

    @Test
    void everyIdIsFoundInALargeFile() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        DataFile file =
                write(ArchiveTable.IMPRESSIONS, table, impressions(0, ROWS)).get(0);

        for (int number : List.of(0, 1, 19_999, 20_000, 20_001, ROWS - 1, random.nextInt(ROWS), random.nextInt(ROWS))) {
            assertThat(find(table, file, "id", "i" + number))
                    .as("i" + number)
                    .singleElement()
                    .satisfies(row -> {
                        assertThat(row.values())
                                .containsEntry("id", "i" + number)
                                .containsEntry("join_key", key(number))
                                .containsEntry("kafka_offset", (long) number)
                                .containsEntry("kafka_incarnation", 77)
                                .containsEntry("derived", false)
                                .containsEntry("userAgent", "Ünïcode")
                                .doesNotContainKeys("decode_failure", "raw_value");
                    });
        }
    }

    /** So it is the row that any other engine finds by its number. */
    @Test
    void theNumberOfARowIsItsPlaceInTheOrderOfKeys() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            keys.add(key(i));
        }
        keys.sort(null);
        DataFile file =
                write(ArchiveTable.IMPRESSIONS, table, impressions(0, ROWS)).get(0);

        for (int i = 0; i < 20; i++) {
            int number = random.nextInt(ROWS);
            long row = find(table, file, "id", "i" + number).get(0).row();
            assertThat(keys.get((int) row)).isEqualTo(key(number));
        }
    }

    @Test
    void allRowsOfAKeyAreFoundByIt() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        DataFile file =
                write(ArchiveTable.IMPRESSIONS, table, impressions(0, ROWS)).get(0);

        for (int i = 0; i < 20; i++) {
            int first = random.nextInt(ROWS / ROWS_OF_A_KEY) * ROWS_OF_A_KEY;
            assertThat(find(table, file, "join_key", key(first)))
                    .extracting(row -> row.values().get("kafka_offset"))
                    .containsExactly(
                            (long) first, first + 1L, first + 2L, first + 3L, first + 4L, first + 5L, first + 6L);
        }
        assertThat(find(table, file, "join_key", "nobody")).isEmpty();
    }

    /** Ten bits per row answer 99 of 100 wrong ids without a look at the column. */
    @Test
    void aBloomFilterExcludesFilesWithoutTheId() throws IOException {
        Table table = table(ArchiveTable.IMPRESSIONS);
        DataFile file =
                write(ArchiveTable.IMPRESSIONS, table, impressions(0, ROWS)).get(0);
        long offset;
        try (ParquetFileReader reader = ParquetFiles.open(input(table, file))) {
            offset = reader.getRowGroups().get(0).getColumns().stream()
                    .filter(chunk -> chunk.getPath().toDotString().equals("id"))
                    .findFirst()
                    .orElseThrow()
                    .getBloomFilterOffset();
        }
        int wrong = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] present = ("i" + random.nextInt(ROWS)).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            assertThat(new BloomProbe(present).mayContain(input(table, file), offset))
                    .isTrue();
            byte[] absent = ("absent" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            wrong += new BloomProbe(absent).mayContain(input(table, file), offset) ? 1 : 0;
        }
        assertThat(wrong).isLessThan(300);
        assertThat(find(table, file, "id", "absent")).isEmpty();
    }

    /** The footer, and one block of the filter. */
    @Test
    void anIdThatIsNotInAFileCostsFewBytes() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        DataFile file =
                write(ArchiveTable.IMPRESSIONS, table, impressions(0, ROWS)).get(0);
        CountedInput counted = new CountedInput(input(table, file));
        try (RowLookup lookup = new RowLookup(counted)) {
            assertThat(lookup.find("id", "absent")).isEmpty();
        }
        assertThat(counted.bytes()).isLessThan(file.fileSizeInBytes() / 20);
    }

    /** Few events have a trace, and tables of a former build have no column for it. */
    @Test
    void aTraceIsFoundAndCostsNothingWhereThereIsNone() throws IOException {
        Table table = table(ArchiveTable.IMPRESSIONS);
        List<ArchiveRecord> some = impressions(0, 2_000);
        TraceParent trace = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
        some.add(SampleRecords.traced(
                2_000, "traced", 1, SampleRecords.impression("traced", SampleRecords.TIME), trace));
        DataFile traced = write(ArchiveTable.IMPRESSIONS, table, some).get(0);
        DataFile plain = write(ArchiveTable.IMPRESSIONS, table, impressions(3_000, 5_000))
                .get(0);
        DataFile merged = new TableFiles(ArchiveTable.IMPRESSIONS, table).merge(List.of(traced, plain));

        for (DataFile file : List.of(traced, merged)) {
            assertThat(find(table, file, "trace_id", trace.traceId()))
                    .singleElement()
                    .satisfies(row -> assertThat(row.values()).containsEntry("id", "traced"));
            assertThat(find(table, file, "trace_id", "0".repeat(32))).isEmpty();
            assertThat(bloomFilterOfTrace(table, file)).isPositive();
        }
        assertThat(find(table, plain, "trace_id", trace.traceId())).isEmpty();
        assertThat(bloomFilterOfTrace(table, plain)).isNegative();
    }

    private static long bloomFilterOfTrace(Table table, DataFile file) throws IOException {
        try (ParquetFileReader reader = ParquetFiles.open(input(table, file))) {
            return reader.getRowGroups().get(0).getColumns().stream()
                    .filter(chunk -> chunk.getPath().toDotString().equals("trace_id"))
                    .findFirst()
                    .orElseThrow()
                    .getBloomFilterOffset();
        }
    }

    @Test
    void nestedIdsAreFoundAndMissingGroupsHaveNoValues() {
        Table table = table(ArchiveTable.JOINED_CONVERSIONS);
        DataFile file = write(
                        ArchiveTable.JOINED_CONVERSIONS,
                        table,
                        List.of(
                                SampleRecords.record(1, "ann", 2, SampleRecords.unattributed("v1", SampleRecords.TIME)),
                                SampleRecords.record(2, "bob", 2, SampleRecords.attributed("v2", SampleRecords.TIME))))
                .get(0);

        assertThat(find(table, file, "conversion.id", "v1")).singleElement().satisfies(row -> {
            assertThat(row.values()).containsEntry("attribution", "NONE").containsEntry("provenance.origin.offset", 3L);
            assertThat(row.values()).doesNotContainKeys("click.id", "impression.id");
        });
        assertThat(find(table, file, "click.id", "c1")).singleElement().satisfies(row -> assertThat(row.values())
                .containsEntry("conversion.id", "v2"));
        assertThat(find(table, file, "no.such.column", "c1")).isEmpty();
    }

    @Test
    void aMergedFileIsSearchedLikeItsParts() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        List<DataFile> files = new ArrayList<>(write(ArchiveTable.IMPRESSIONS, table, impressions(0, 1_000)));
        files.addAll(write(ArchiveTable.IMPRESSIONS, table, impressions(1_000, 2_000)));
        DataFile merged = new TableFiles(ArchiveTable.IMPRESSIONS, table).merge(files);

        for (int number : List.of(0, 999, 1_000, 1_999)) {
            assertThat(find(table, merged, "id", "i" + number)).hasSize(1);
        }
        assertThat(find(table, merged, "id", "i2000")).isEmpty();
    }
}
