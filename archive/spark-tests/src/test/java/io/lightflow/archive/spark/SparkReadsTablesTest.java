package io.lightflow.archive.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.commit.HourCompaction;
import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.commit.TableSink;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.archive.table.TableFiles;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.WriterSchemas;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another engine finds the tables with the properties that the documents name, and reads the same rows. */
class SparkReadsTablesTest {
    private static final long HOUR_MS = 3_600_000;
    private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(SampleRecords.TIME);
    private static final int IMPRESSION = 1;
    private static final int CONVERSION = 2;
    private static final WriterSchemas SCHEMAS =
            Map.of(IMPRESSION, Impression.getClassSchema(), CONVERSION, JoinedConversion.getClassSchema())::get;
    private static final String SCHEMA = CatalogDatabase.newSchema();

    @TempDir
    private static Path folder;

    private static ArchiveCatalog catalog;
    private static SparkSession spark;

    @BeforeAll
    static void startSpark() {
        catalog = CatalogDatabase.open(SCHEMA, folder);
        String warehouse = folder.toUri().toString();
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.warehouse.dir", folder.resolve("unused").toString())
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.catalog.lightflow", "org.apache.iceberg.spark.SparkCatalog")
                .config("spark.sql.catalog.lightflow.type", "jdbc")
                .config(
                        "spark.sql.catalog.lightflow.uri",
                        "jdbc:postgresql://127.0.0.1:" + CatalogDatabase.port() + "/postgres?currentSchema=" + SCHEMA)
                .config("spark.sql.catalog.lightflow.jdbc.user", "postgres")
                .config("spark.sql.catalog.lightflow.jdbc.password", "postgres")
                .config("spark.sql.catalog.lightflow.jdbc.schema-version", "V1")
                .config("spark.sql.catalog.lightflow.warehouse", warehouse)
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
        catalog.close();
    }

    private static void commit(ArchiveTable kind, Table table, Position from, Position to, ArchiveRecord... records) {
        RowWriter writer = new RowWriter(kind, table, SCHEMAS, CLOCK);
        TableSink sink = new TableSink(table, CLOCK);
        sink.open(0);
        sink.commit(List.of(new Commit<>(
                List.of(new ShardMove(0, from, to)),
                new NewFiles(
                        writer.write(List.of(new Records("us-west.events", 77, 0, List.of(records)))),
                        SampleRecords.TIME))));
    }

    private static Position at(long watermark) {
        return Position.START.withWatermark(watermark);
    }

    private static ArchiveRecord impression(long offset, String id, long time) {
        return SampleRecords.record(offset, "key-" + id, IMPRESSION, SampleRecords.impression(id, time));
    }

    @Test
    void rowsOfCommitsAndOfMergedFilesAreRead() {
        Table table = catalog.table("us", ArchiveTable.IMPRESSIONS);
        long time = SampleRecords.TIME;
        commit(ArchiveTable.IMPRESSIONS, table, Position.START, at(1), impression(1, "i1", time - HOUR_MS));
        commit(ArchiveTable.IMPRESSIONS, table, at(1), at(2), impression(2, "i2", time - HOUR_MS));
        commit(ArchiveTable.IMPRESSIONS, table, at(2), at(3), impression(3, "i3", time));
        assertThat(new HourCompaction(table, new TableFiles(ArchiveTable.IMPRESSIONS, table)::merge)
                        .run(time / HOUR_MS * HOUR_MS))
                .isTrue();

        List<Row> rows = spark.sql("select id, event_time, kafka_offset, priceMicros, userAgent"
                        + " from lightflow.us.impressions order by id")
                .collectAsList();

        assertThat(rows).hasSize(3);
        assertThat(rows.stream().map(row -> row.getString(0))).containsExactly("i1", "i2", "i3");
        assertThat(rows.stream().map(row -> row.getLong(2))).containsExactly(1L, 2L, 3L);
        assertThat(rows.get(2).getTimestamp(1)).isEqualTo(new Timestamp(time));
        assertThat(rows.get(2).getLong(3)).isEqualTo(1_500);
        assertThat(rows.get(2).getString(4)).isEqualTo("Ünïcode");
        List<Row> ofOneHour = spark.sql("select count(*) from lightflow.us.impressions where event_time >= timestamp '"
                        + Instant.ofEpochMilli(time / HOUR_MS * HOUR_MS) + "'")
                .collectAsList();
        assertThat(ofOneHour.get(0).getLong(0)).isEqualTo(1);
    }

    @Test
    void nestedEventsAndMissingOnesAreRead() {
        Table table = catalog.table("us", ArchiveTable.JOINED_CONVERSIONS);
        commit(
                ArchiveTable.JOINED_CONVERSIONS,
                table,
                Position.START,
                at(1),
                SampleRecords.record(1, "ann", CONVERSION, SampleRecords.attributed("v1", SampleRecords.TIME)),
                SampleRecords.record(2, "bob", CONVERSION, SampleRecords.unattributed("v2", SampleRecords.TIME)));

        List<Row> rows = spark.sql("select conversion.id, attribution, click.id, impression.campaignId"
                        + " from lightflow.us.joined_conversions order by 1")
                .collectAsList();

        assertThat(rows.stream().map(Row::mkString)).containsExactly("v1CLICKc1camp", "v2NONEnullnull");
    }
}
