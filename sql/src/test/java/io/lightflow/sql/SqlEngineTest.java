package io.lightflow.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedConversion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries read the archive's tables, and nothing else, within their limits. */
class SqlEngineTest {
    private static final Map<Integer, Schema> SCHEMAS =
            Map.of(1, Impression.getClassSchema(), 2, JoinedConversion.getClassSchema());

    @TempDir
    private static Path folder;

    private static ArchiveCatalog catalog;
    private static SqlLimits limits;

    @BeforeAll
    static void fillTables() throws IOException {
        catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder.resolve("tables"));
        limits = new SqlLimits(
                256, 1_024, 2, Duration.ofMinutes(1), 1_000, Files.createDirectory(folder.resolve("tmp")));
        append(
                ArchiveTable.IMPRESSIONS,
                LongStream.range(0, 100)
                        .mapToObj(i -> SampleRecords.record(
                                i, "user" + i % 7, 1, SampleRecords.impression("i" + i, SampleRecords.TIME + i)))
                        .toList());
        append(
                ArchiveTable.JOINED_CONVERSIONS,
                List.of(
                        SampleRecords.record(0, "ann", 2, SampleRecords.attributed("c1", SampleRecords.TIME)),
                        SampleRecords.record(1, "bob", 2, SampleRecords.unattributed("c2", SampleRecords.TIME))));
        catalog.table("us", ArchiveTable.CLICKS);
    }

    private static void append(ArchiveTable kind, List<ArchiveRecord> records) {
        Table table = catalog.table("us", kind);
        RowWriter writer = new RowWriter(kind, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME));
        AppendFiles append = table.newAppend();
        writer.write(List.of(new Records("us-west.events", 7, 0, records))).forEach(append::appendFile);
        append.commit();
    }

    @AfterAll
    static void closeCatalog() {
        catalog.close();
    }

    private static SqlEngine engine(SqlLimits within) {
        return new SqlEngine(within, SqlTable.of(catalog, "us", new LocalCopies(folder, 1)));
    }

    private static String run(String sql, ResultFormat format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlEngine engine = engine(limits)) {
            engine.run(sql, format, out, percent -> {});
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTableHasTheRowsOfItsSnapshotAndItsNestedColumns() {
        assertThat(run(
                        "select count(*) n, sum(priceMicros) micros, min(event_time) first from impressions",
                        ResultFormat.CSV))
                .isEqualTo("n,micros,first\n100,150000,2026-10-26 07:33:20+00\n");
        assertThat(run(
                        "select conversion.id, attribution, click.id as click from us.joined_conversions order by 1;",
                        ResultFormat.JSON))
                .isEqualToIgnoringWhitespace("[{\"id\":\"c1\",\"attribution\":\"CLICK\",\"click\":\"c1\"},"
                        + "{\"id\":\"c2\",\"attribution\":\"NONE\",\"click\":null}]");
        assertThat(run("select count(*) n from clicks where advertiserId = 'a'", ResultFormat.CSV))
                .isEqualTo("n\n0\n");
    }

    @Test
    void theRowsOfAllGroupsAreOneTable() {
        catalog.table("eu", ArchiveTable.IMPRESSIONS);
        List<SqlTable> tables = new ArrayList<>(SqlTable.of(catalog, "eu", new LocalCopies(folder, 1)));
        tables.addAll(SqlTable.of(catalog, "us", new LocalCopies(folder, 1)));
        SqlStatement statement = SqlStatement.parse("select count(*) n, count(id) from all_groups.impressions");
        for (Optional<String> advertiser : List.of(Optional.<String>empty(), Optional.of("adv"))) {
            RowAccess access = new RowAccess(advertiser, Optional.empty(), Optional.empty());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (SqlEngine engine = SqlEngine.open(limits, List.of("eu", "us"), tables, List.of(), access, statement)) {
                engine.run(statement, ResultFormat.CSV, out, percent -> {});
            }
            assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\n100,100\n");
        }
        assertThatThrownBy(() ->
                        SqlEngine.open(limits, List.of("all_groups"), List.of(), List.of(), RowAccess.ALL, statement))
                .hasMessageContaining("a group has this name");
    }

    @Test
    void aFileWithoutALaterColumnHasNullsInIt() {
        catalog.existingTables("us")
                .get("impressions")
                .updateSchema()
                .addColumn("later", org.apache.iceberg.types.Types.LongType.get())
                .commit();
        assertThat(run("select count(*), count(later) from impressions", ResultFormat.CSV))
                .endsWith("\n100,0\n");
    }

    @Test
    void laterRowsAreRowsOfTheTableWithTheSameColumns() throws IOException {
        Table table = catalog.existingTable("us", ArchiveTable.CLICKS).orElseThrow();
        Path later = folder.resolve("later.parquet");
        new RowWriter(ArchiveTable.CLICKS, table, Map.of(3, Click.getClassSchema())::get, InstantSource.system())
                .write(
                        List.of(new Records(
                                "us-west.clicks",
                                7,
                                0,
                                List.of(SampleRecords.record(
                                        5, "ann", 3, SampleRecords.click("c9", "i9", SampleRecords.TIME))))),
                        org.apache.iceberg.Files.localOutput(later.toFile()));
        SqlTable clicks = SqlTable.of("us", ArchiveTable.CLICKS, table, RowAccess.ALL, new LocalCopies(folder, 1))
                .with(List.of(later));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlEngine engine = new SqlEngine(limits, List.of(clicks))) {
            engine.run(
                    "select id, impressionId, join_key, kafka_offset, event_time, decode_failure from clicks",
                    ResultFormat.CSV,
                    out,
                    percent -> {});
        }
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("id,impressionId,join_key,kafka_offset,event_time,decode_failure\n"
                        + "c9,i9,ann,5,2026-10-26 07:33:20+00,\n");
    }

    @Test
    void rowsOfAnotherDatabaseKeepTheirTypesAndTellNullsFromEmptyStrings() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.csv"), """
                2026-10-26 07:33:00+00,"camp ""one"", two",,7,t
                2026-10-26 07:34:00+00,"",5,,f
                """);
        SqlRows rows = new SqlRows(
                "statistics",
                "stats_minute",
                List.of(
                        new SqlRows.Column("time", "TIMESTAMPTZ"),
                        new SqlRows.Column("campaign", "VARCHAR"),
                        new SqlRows.Column("clicks", "BIGINT"),
                        new SqlRows.Column("pace", "DOUBLE"),
                        new SqlRows.Column("exhausted", "BOOLEAN")),
                file);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlEngine engine = new SqlEngine(limits, List.of("us"), List.of(), List.of(rows))) {
            Files.delete(file);
            engine.run(
                    "select time, campaign, campaign is null as unknown, clicks, pace, exhausted"
                            + " from statistics.stats_minute order by time",
                    ResultFormat.CSV,
                    out,
                    percent -> {});
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                time,campaign,unknown,clicks,pace,exhausted
                2026-10-26 07:33:00+00,"camp ""one"", two",false,,7.0,true
                2026-10-26 07:34:00+00,"",false,5,,false
                """);
    }

    @Test
    void aTableForPeopleIsAligned() {
        assertThat(run(
                        "select join_key, count(*) n from impressions group by 1 order by 1 limit 2",
                        ResultFormat.TABLE))
                .isEqualTo("""
                        join_key   n
                        --------  --
                        user0     15
                        user1     15
                        """);
    }

    @Test
    void aParquetFileHoldsTheResult() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlEngine engine = engine(limits)) {
            assertThat(engine.run("select id from impressions", ResultFormat.PARQUET, out, percent -> {}))
                    .isEqualTo(100);
        }
        assertThat(out.toString(StandardCharsets.ISO_8859_1)).startsWith("PAR1").endsWith("PAR1");
        try (Stream<Path> left = Files.list(limits.temporary())) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table t (i int)",
                "drop view impressions",
                "copy (select 1) to 'x.csv'",
                "attach 'x.db'",
                "set threads = 1",
                "install httpfs",
                "select 1; select 2",
                "",
                "selec 1"
            })
    void whatIsNoSelectStatementIsRefused(String sql) {
        assertThatThrownBy(() -> run(sql, ResultFormat.CSV))
                .isInstanceOf(SqlException.class)
                .hasMessageContaining("expected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from read_csv('/etc/passwd')",
                "select * from read_text('/etc/hostname')",
                "select * from '/etc/passwd'",
                "select * from glob('/etc/*')",
                "select * from read_parquet('https://example.com/x.parquet')",
                "select getenv('HOME')"
            })
    void nothingElseOfTheMachineCanBeRead(String sql) {
        assertThatThrownBy(() -> run(sql, ResultFormat.CSV)).isInstanceOf(SqlException.class);
    }

    @Test
    void aQueryThatTakesTooLongIsCancelled() {
        SqlLimits brief = new SqlLimits(256, 1_024, 1, Duration.ofMillis(300), 10, limits.temporary());
        try (SqlEngine engine = engine(brief)) {
            assertThatThrownBy(() -> engine.run(
                            "select count(*) from range(1000000000) a, range(1000000000) b where a.range < b.range",
                            ResultFormat.CSV,
                            new ByteArrayOutputStream(),
                            percent -> {}))
                    .isInstanceOf(SqlException.class)
                    .hasMessageContaining("took longer than 300ms");
            assertThat(engine.run("select 1", ResultFormat.CSV, new ByteArrayOutputStream(), percent -> {}))
                    .isEqualTo(1);
        }
    }

    @Test
    void aResultWithTooManyRowsIsRefusedAsAWhole() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SqlLimits few = new SqlLimits(256, 1_024, 1, Duration.ofMinutes(1), 99, limits.temporary());
        try (SqlEngine engine = engine(few)) {
            assertThatThrownBy(() -> engine.run("select id from impressions", ResultFormat.CSV, out, percent -> {}))
                    .hasMessageContaining("expected at most 99 rows, found more");
        }
        assertThat(out.size()).isZero();
    }

    @Test
    void theOrderOfTheQueryIsThatOfTheResult() {
        assertThat(run("select kafka_offset from impressions order by kafka_offset desc limit 3", ResultFormat.CSV))
                .isEqualTo("kafka_offset\n99\n98\n97\n");
    }
}
