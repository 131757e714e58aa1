package io.lightflow.archive.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.TraceParent;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Files;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowWriterTest {
    private static final int IMPRESSION = 1;
    private static final int JOINED_CONVERSION = 2;
    private static final int OLD_CLICK = 3;
    private static final int CLICK = 4;
    private static final Schema OLD = SchemaBuilder.record("Click")
            .namespace("io.lightflow.event")
            .fields()
            .requiredString("id")
            .requiredLong("time")
            .requiredString("advertiserId")
            .requiredString("impressionId")
            .name("tags")
            .type()
            .array()
            .items()
            .stringType()
            .noDefault()
            .endRecord();

    private final Map<Integer, Schema> registered = Map.of(
            IMPRESSION, Impression.getClassSchema(),
            JOINED_CONVERSION, JoinedConversion.getClassSchema(),
            OLD_CLICK, OLD,
            CLICK, Click.getClassSchema());
    private final WriterSchemas schemas = registered::get;
    private final InMemoryCatalog catalog = new InMemoryCatalog();

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

    private RowWriter writer(ArchiveTable kind, Table table) {
        return new RowWriter(kind, table, schemas, () -> Instant.ofEpochMilli(SampleRecords.TIME));
    }

    private static Records records(ArchiveRecord... records) {
        return new Records("us-west.events", 77, 3, List.of(records));
    }

    @Test
    void rowsAreSortedByKeyAndHoldEveryField() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        List<DataFile> files = writer(ArchiveTable.IMPRESSIONS, table)
                .write(List.of(records(
                        SampleRecords.record(10, "zoe", IMPRESSION, SampleRecords.impression("i1", SampleRecords.TIME)),
                        SampleRecords.record(
                                12, "ann", IMPRESSION, SampleRecords.impression("i2", SampleRecords.TIME)))));

        assertThat(files).hasSize(1);
        assertThat(files.get(0).recordCount()).isEqualTo(2);
        List<Group> rows = StoredRows.of(table, files.get(0));
        assertThat(rows).extracting(row -> row.getString("join_key", 0)).containsExactly("ann", "zoe");
        Group first = rows.get(0);
        assertThat(first.getLong("event_time", 0)).isEqualTo(SampleRecords.TIME * 1000);
        assertThat(first.getString("kafka_topic", 0)).isEqualTo("us-west.events");
        assertThat(first.getInteger("kafka_incarnation", 0)).isEqualTo(77);
        assertThat(first.getInteger("kafka_partition", 0)).isEqualTo(3);
        assertThat(first.getLong("kafka_offset", 0)).isEqualTo(12);
        assertThat(first.getString("id", 0)).isEqualTo("i2");
        assertThat(first.getLong("priceMicros", 0)).isEqualTo(1_500);
        assertThat(first.getString("userAgent", 0)).isEqualTo("Ünïcode");
        assertThat(first.getBoolean("derived", 0)).isFalse();
        assertThat(first.getFieldRepetitionCount("decode_failure")).isZero();
    }

    /** For readers that see events before they are archived. */
    @Test
    void oneFileBesideTheTableHoldsTheSameRows(@TempDir Path folder) {
        Table table = table(ArchiveTable.IMPRESSIONS);
        ArchiveRecord[] records = {
            SampleRecords.record(10, "zoe", IMPRESSION, SampleRecords.impression("i1", SampleRecords.TIME)),
            SampleRecords.record(11, "ann", IMPRESSION, SampleRecords.impression("i2", SampleRecords.TIME - 7_200_000)),
            new ArchiveRecord(12, SampleRecords.TIME, null, new byte[] {1, 2, 3}, null)
        };
        RowWriter writer = writer(ArchiveTable.IMPRESSIONS, table);
        List<String> archived = writer.write(List.of(records(records))).stream()
                .flatMap(file -> StoredRows.of(table, file).stream())
                .map(Group::toString)
                .sorted()
                .toList();
        File beside = folder.resolve("rows.parquet").toFile();

        writer.write(List.of(records(records)), Files.localOutput(beside));

        assertThat(StoredRows.of(Files.localInput(beside)))
                .extracting(Group::toString)
                .hasSize(3)
                .containsExactlyInAnyOrderElementsOf(archived);
    }

    @Test
    void eachHourOfEventTimeHasAFile() {
        Table table = table(ArchiveTable.IMPRESSIONS);
        List<DataFile> files = writer(ArchiveTable.IMPRESSIONS, table)
                .write(List.of(records(
                        SampleRecords.record(1, "a", IMPRESSION, SampleRecords.impression("i1", SampleRecords.TIME)),
                        SampleRecords.record(
                                2, "a", IMPRESSION, SampleRecords.impression("i2", SampleRecords.TIME - 3_600_000)))));

        assertThat(files)
                .extracting(file -> file.partition().get(0, Integer.class))
                .doesNotHaveDuplicates();
        assertThat(files).hasSize(2);
    }

    @Test
    void groupsThatAreAbsentAreNull() {
        Table table = table(ArchiveTable.JOINED_CONVERSIONS);
        List<DataFile> files = writer(ArchiveTable.JOINED_CONVERSIONS, table)
                .write(List.of(records(
                        SampleRecords.record(
                                1, "a", JOINED_CONVERSION, SampleRecords.unattributed("v1", SampleRecords.TIME)),
                        SampleRecords.record(
                                2, "b", JOINED_CONVERSION, SampleRecords.attributed("v2", SampleRecords.TIME)))));

        List<Group> rows = StoredRows.of(table, files.get(0));
        assertThat(rows.get(0).getFieldRepetitionCount("click")).isZero();
        assertThat(rows.get(0).getString("attribution", 0)).isEqualTo("NONE");
        Group attributed = rows.get(1);
        assertThat(attributed.getGroup("click", 0).getString("id", 0)).isEqualTo("c1");
        assertThat(attributed.getGroup("impression", 0).getString("currency", 0))
                .isEqualTo("EUR");
        assertThat(attributed.getGroup("provenance", 0).getGroup("origin", 0).getLong("offset", 0))
                .isEqualTo(3);
    }

    @Test
    void anOlderSchemaGivesDefaultsAndFieldsWithoutColumnsAreSkipped() {
        Table table = table(ArchiveTable.CLICKS);
        GenericData.Record old = new GenericData.Record(OLD);
        old.put("id", "c1");
        old.put("time", SampleRecords.TIME);
        old.put("advertiserId", "adv");
        old.put("impressionId", "i1");
        old.put("tags", List.of("x", "y"));
        List<DataFile> files = writer(ArchiveTable.CLICKS, table)
                .write(List.of(records(SampleRecords.record(1, "a", OLD_CLICK, old))));

        Group row = StoredRows.of(table, files.get(0)).get(0);
        assertThat(row.getFieldRepetitionCount("decode_failure")).isZero();
        assertThat(row.getString("impressionId", 0)).isEqualTo("i1");
        assertThat(row.getLong("priceMicros", 0)).isZero();
        assertThat(row.getString("landingPage", 0)).isEmpty();
    }

    @Test
    void theTraceOfARecordIsKeptAlsoIfItDoesNotDecode() {
        Table table = table(ArchiveTable.CLICKS);
        TraceParent trace = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
        List<DataFile> files = writer(ArchiveTable.CLICKS, table)
                .write(List.of(records(
                        SampleRecords.traced(1, "a", CLICK, SampleRecords.click("c", "i", SampleRecords.TIME), trace),
                        SampleRecords.record(2, "b", CLICK, SampleRecords.click("d", "i", SampleRecords.TIME)),
                        new ArchiveRecord(3, SampleRecords.TIME, new byte[] {'c'}, new byte[] {1}, trace))));

        List<Group> rows = StoredRows.of(table, files.get(0));
        assertThat(rows).hasSize(3);
        for (int traced : new int[] {0, 2}) {
            assertThat(rows.get(traced).getString("trace_id", 0)).isEqualTo(trace.traceId());
            assertThat(rows.get(traced).getString("span_id", 0)).isEqualTo(trace.spanId());
        }
        assertThat(rows.get(1).getFieldRepetitionCount("trace_id")).isZero();
        assertThat(rows.get(1).getFieldRepetitionCount("span_id")).isZero();
    }

    /** The columns of its event come first, and those of a later schema last. */
    @Test
    void aTableOfAFormerBuildGetsTheColumnsOfTheTrace() {
        org.apache.iceberg.Schema former = TableSchemas.of(Click.getClassSchema(), false);
        Table table = catalog.buildTable(TableIdentifier.of("us", "clicks"), former)
                .withPartitionSpec(TableSchemas.partitions(former))
                .withSortOrder(TableSchemas.order(former))
                .create();
        List<DataFile> files = new ArrayList<>(writer(ArchiveTable.CLICKS, table)
                .write(List.of(records(
                        SampleRecords.record(1, "a", CLICK, SampleRecords.click("c", "i", SampleRecords.TIME))))));
        table.updateSchema()
                .addColumn("later", org.apache.iceberg.types.Types.LongType.get())
                .commit();
        table.updateSchema()
                .unionByNameWith(TableSchemas.of(ArchiveTable.CLICKS))
                .commit();
        TraceParent trace = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
        files.addAll(writer(ArchiveTable.CLICKS, table)
                .write(List.of(records(SampleRecords.traced(
                        2, "b", CLICK, SampleRecords.click("d", "i", SampleRecords.TIME), trace)))));

        List<Group> rows = StoredRows.of(table, new TableFiles(ArchiveTable.CLICKS, table).merge(files));

        assertThat(rows).extracting(row -> row.getString("id", 0)).containsExactly("c", "d");
        assertThat(rows.get(0).getFieldRepetitionCount("trace_id")).isZero();
        assertThat(rows.get(1).getString("trace_id", 0)).isEqualTo(trace.traceId());
        assertThat(rows.get(1).getFieldRepetitionCount("later")).isZero();
    }

    @Test
    void invariantI_aRecordThatDoesNotDecodeKeepsItsBytesAndTheReason() {
        Table table = table(ArchiveTable.CLICKS);
        byte[] whole = SampleRecords.record(1, "k", CLICK, SampleRecords.click("c", "i", SampleRecords.TIME))
                .value();
        List<ArchiveRecord> damaged = new ArrayList<>();
        for (int length = 0; length < whole.length; length++) {
            damaged.add(new ArchiveRecord(
                    length,
                    SampleRecords.TIME,
                    "k".getBytes(StandardCharsets.UTF_8),
                    java.util.Arrays.copyOf(whole, length),
                    null));
        }
        damaged.add(new ArchiveRecord(1_000, SampleRecords.TIME, null, null, null));
        damaged.add(
                new ArchiveRecord(1_001, SampleRecords.TIME, new byte[] {-1}, WireFormat.value(99, new byte[1]), null));
        damaged.add(SampleRecords.record(1_002, "k", IMPRESSION, SampleRecords.impression("i", SampleRecords.TIME)));
        List<DataFile> files =
                writer(ArchiveTable.CLICKS, table).write(List.of(new Records("us-west.clicks", 7, 0, damaged)));

        assertThat(files).hasSize(1);
        List<Group> rows = StoredRows.of(table, files.get(0));
        assertThat(rows).hasSize(damaged.size());
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.getString("decode_failure", 0)).isNotEmpty();
            assertThat(row.getFieldRepetitionCount("id")).isZero();
        });
        assertThat(rows)
                .filteredOn(row -> row.getFieldRepetitionCount("raw_value") == 0)
                .hasSize(1);
    }

    @Test
    void anEventFarFromItsRecordIsWholeAndInTheHourOfItsRecord() {
        Table table = table(ArchiveTable.CLICKS);
        byte[] whole = SampleRecords.record(1, "k", CLICK, SampleRecords.click("c", "i", SampleRecords.TIME))
                .value();
        byte[] old = SampleRecords.record(2, "k", CLICK, SampleRecords.click("c", "i", 1))
                .value();
        byte[] ahead = SampleRecords.record(3, "k", CLICK, SampleRecords.click("c", "i", Long.MAX_VALUE))
                .value();
        List<DataFile> files = writer(ArchiveTable.CLICKS, table)
                .write(List.of(records(
                        new ArchiveRecord(1, Long.MAX_VALUE, null, whole, null),
                        new ArchiveRecord(2, Long.MIN_VALUE, null, whole, null),
                        new ArchiveRecord(3, SampleRecords.TIME, null, old, null),
                        new ArchiveRecord(4, SampleRecords.TIME, null, ahead, null))));

        assertThat(files).hasSize(1);
        List<Group> rows = StoredRows.of(table, files.get(0));
        assertThat(rows).hasSize(4).allSatisfy(row -> {
            assertThat(row.getLong("event_time", 0)).isEqualTo(SampleRecords.TIME * 1000);
            assertThat(row.getString("id", 0)).isEqualTo("c");
            assertThat(row.getFieldRepetitionCount("decode_failure")).isZero();
        });
        assertThat(rows).extracting(row -> row.getLong("time", 0)).contains(1L, Long.MAX_VALUE);
    }

    @Test
    void mergingKeepsEveryRowInOrderAlsoOfAFormerSchema() {
        Table table = table(ArchiveTable.JOINED_CONVERSIONS);
        RowWriter writer = writer(ArchiveTable.JOINED_CONVERSIONS, table);
        List<DataFile> files = new ArrayList<>();
        for (int file = 0; file < 3; file++) {
            List<ArchiveRecord> some = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                long offset = file * 50L + i;
                some.add(SampleRecords.record(
                        offset,
                        "key" + (offset * 37 % 150),
                        JOINED_CONVERSION,
                        i % 2 == 0
                                ? SampleRecords.unattributed("v" + offset, SampleRecords.TIME)
                                : SampleRecords.attributed("v" + offset, SampleRecords.TIME)));
            }
            files.addAll(writer.write(List.of(new Records("us.joined.conversions", 7, 0, some))));
        }
        table.updateSchema()
                .addColumn("later", org.apache.iceberg.types.Types.LongType.get())
                .addColumn("click", "depth", org.apache.iceberg.types.Types.IntegerType.get())
                .commit();

        DataFile merged = new TableFiles(ArchiveTable.JOINED_CONVERSIONS, table).merge(files);

        List<Group> rows = StoredRows.of(table, merged);
        assertThat(merged.recordCount()).isEqualTo(150);
        assertThat(rows).extracting(row -> row.getString("join_key", 0)).isSorted();
        assertThat(rows)
                .extracting(row -> row.getGroup("conversion", 0).getString("id", 0))
                .doesNotHaveDuplicates()
                .hasSize(150);
        assertThat(rows).allSatisfy(row -> {
            boolean attributed = row.getString("attribution", 0).equals("CLICK");
            assertThat(row.getFieldRepetitionCount("click")).isEqualTo(attributed ? 1 : 0);
            assertThat(row.getFieldRepetitionCount("later")).isZero();
            if (attributed) {
                assertThat(row.getGroup("click", 0).getString("impressionId", 0))
                        .isEqualTo("i1");
                assertThat(row.getGroup("click", 0).getFieldRepetitionCount("depth"))
                        .isZero();
            }
        });
    }
}
