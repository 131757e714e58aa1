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
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedConversion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A query for one advertiser sees the rows of this advertiser, whatever it says. */
class AdvertiserRowsTest {
    private static final Map<Integer, Schema> SCHEMAS =
            Map.of(1, Impression.getClassSchema(), 2, JoinedConversion.getClassSchema());
    /** Whose rows nobody else may see. It is in every row that is not the account's own. */
    private static final String RIVAL = "rival";
    /** Stands for a data file of the table in a query. */
    private static final String FILE = "FILE";

    @TempDir
    private static Path folder;

    private static ArchiveCatalog catalog;
    private static SqlLimits limits;
    private static List<SqlTable> tables;
    private static Path file;
    /** With copies of all columns, so that it has more to tell than the engine of any one statement. */
    private static SqlEngine allColumns;

    @BeforeAll
    static void fillTables() throws IOException {
        catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder.resolve("tables"));
        limits = new SqlLimits(256, 256, 2, Duration.ofMinutes(1), 1_000, Files.createDirectory(folder.resolve("tmp")));
        List<ArchiveRecord> impressions = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Impression impression = SampleRecords.impression("i" + i, SampleRecords.TIME + i);
            if (i % 10 != 0) {
                impression.setAdvertiserId(RIVAL);
                impression.setId(RIVAL + i);
            }
            impressions.add(SampleRecords.record(i, "user", 1, impression));
        }
        append(ArchiveTable.IMPRESSIONS, impressions);
        JoinedConversion ofBoth = SampleRecords.attributed("v2", SampleRecords.TIME);
        ofBoth.getImpression().setAdvertiserId(RIVAL);
        append(
                ArchiveTable.JOINED_CONVERSIONS,
                List.of(
                        SampleRecords.record(0, "ann", 2, SampleRecords.attributed("v0", SampleRecords.TIME)),
                        SampleRecords.record(1, "bob", 2, SampleRecords.unattributed("v1", SampleRecords.TIME)),
                        SampleRecords.record(2, "eve", 2, ofBoth)));
        catalog.table("us", ArchiveTable.REJECTED);
        tables = SqlTable.of(catalog, "us", new LocalCopies(folder, 1));
        file = tables.stream()
                .filter(table -> table.name().equals("impressions"))
                .findFirst()
                .orElseThrow()
                .files()
                .get(0);
        allColumns = SqlEngine.open(
                limits,
                List.of("us"),
                tables,
                List.of(),
                of("adv"),
                SqlStatement.parse("select * from impressions, joined_conversions"));
    }

    private static void append(ArchiveTable kind, List<ArchiveRecord> records) {
        Table table = catalog.table("us", kind);
        RowWriter writer = new RowWriter(kind, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME));
        AppendFiles append = table.newAppend();
        writer.write(List.of(new Records("us-west.events", 7, 0, records))).forEach(append::appendFile);
        append.commit();
    }

    @AfterAll
    static void close() {
        allColumns.close();
        catalog.close();
    }

    private static RowAccess of(String advertiser) {
        return new RowAccess(Optional.of(advertiser), Optional.empty(), Optional.empty());
    }

    private static String run(String sql, RowAccess access) {
        SqlStatement statement = statement(sql);
        try (SqlEngine engine = SqlEngine.open(limits, List.of("us"), tables, List.of(), access, statement)) {
            return run(statement, engine);
        }
    }

    private static SqlStatement statement(String sql) {
        return SqlStatement.parse(sql.replace(FILE, file.toString()));
    }

    private static String run(SqlStatement statement, SqlEngine engine) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        engine.run(statement, ResultFormat.CSV, out, percent -> {});
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String run(String sql) {
        return run(sql, of("adv"));
    }

    @Test
    void theAdvertiserHasItsRows() {
        assertThat(run("select count(*) n, min(advertiserId) a, max(advertiserId) z from impressions"))
                .isEqualTo("n,a,z\n10,adv,adv\n");
        assertThat(run("select id from us.impressions order by kafka_offset limit 2"))
                .isEqualTo("id\ni0\ni10\n");
        assertThat(run("select count(*) n from impressions", of("nobody"))).isEqualTo("n\n0\n");
        assertThat(run("select count(*) n from impressions", of("' OR true --")))
                .isEqualTo("n\n0\n");
    }

    /** Such a row would tell one advertiser of the other. */
    @Test
    void aRowThatNamesTwoAdvertisersIsSeenByNone() {
        assertThat(run("select conversion.id from joined_conversions order by 1"))
                .isEqualTo("id\nv0\nv1\n");
        assertThat(run("select conversion.id from joined_conversions", of(RIVAL)))
                .isEqualTo("id\n");
    }

    @Test
    void aTableWhoseRowsNameNoAdvertiserDoesNotExist() {
        assertThatThrownBy(() -> run("select * from rejected"))
                .isInstanceOf(SqlException.class)
                .hasMessageContaining("rejected does not exist");
        assertThat(run("select table_name from information_schema.tables where table_schema = 'us' order by 1"))
                .isEqualTo("table_name\nimpressions\njoined_conversions\n");
    }

    @Test
    void columnsThatNobodyNamesAreThere() {
        String star = run("select * from impressions order by kafka_offset limit 1");
        assertThat(star).startsWith("event_time,join_key,kafka_topic,").contains("Ünïcode");
        assertThat(run("select i from impressions i order by i.kafka_offset limit 1"))
                .contains("Ünïcode");
        assertThat(run("select columns('user.*') from impressions limit 1")).contains("Ünïcode");
        assertThat(run("select count(*) n from (describe impressions) where column_name = 'userAgent'"))
                .isEqualTo("n\n1\n");
    }

    @Test
    void timesBoundTheRows() {
        Instant from = Instant.ofEpochMilli(SampleRecords.TIME + 20);
        Instant to = Instant.ofEpochMilli(SampleRecords.TIME + 50);
        String count = "select count(*) n from impressions";
        assertThat(run(count, new RowAccess(Optional.of("adv"), Optional.of(from), Optional.of(to))))
                .isEqualTo("n\n3\n");
        assertThat(run(count, new RowAccess(Optional.empty(), Optional.of(from), Optional.of(to))))
                .isEqualTo("n\n30\n");
        assertThat(run(count, new RowAccess(Optional.empty(), Optional.empty(), Optional.of(from))))
                .isEqualTo("n\n20\n");
    }

    /** It answers without rows of the rival, or fails with a message without them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select advertiserId, id from read_parquet('FILE')",
                "select advertiserId, id from parquet_scan('FILE')",
                "select advertiserId, id from system.main.read_parquet(['FILE'])",
                "select id from 'FILE'",
                "select id from \"FILE\"",
                "with \"FILE\" as (select 1 id) select id from \"FILE\"",
                "select * from (with x as (select 1) select * from x), \"FILE\"",
                "select * from parquet_metadata('FILE')",
                "select * from parquet_file_metadata('FILE')",
                "select * from parquet_bloom_probe('FILE', 'advertiserId', 'rival')",
                "select content from read_blob('FILE')",
                "select content from read_text('FILE')",
                "select * from read_csv('FILE', all_varchar = true)",
                "select * from read_json_objects('FILE')",
                "select * from sniff_csv('FILE')",
                "select * from glob('/**')",
                "select * from iceberg_scan('FILE')",
                "select * from query('select id from read_parquet(''FILE'')')",
                "select * from query('select id from impressions')",
                "select * from query_table('impressions')",
                "select * from query_table('FILE')",
                "select * from query_table(['impressions', 'us.impressions'], true)",
                "select json_serialize_plan('select max(id) from read_parquet(''FILE'')')",
                "select json_serialize_plan('select max(id) from us.impressions', optimize := true)",
                "select * from json_execute_serialized_sql(json_serialize_sql('select id from ''FILE'''))",
                "from json_execute_serialized_sql(json_serialize_sql('select id from us.impressions'))",
                "select * from duckdb_views()",
                "select * from duckdb_tables()",
                "select * from duckdb_columns()",
                "select * from duckdb_databases()",
                "select * from duckdb_temporary_files()",
                "select * from duckdb_settings()",
                "select * from duckdb_secrets()",
                "select * from duckdb_prepared_statements()",
                "select * from duckdb_logs",
                "select * from duckdb_log_contexts()",
                "select * from pragma_storage_info('us.impressions')",
                "select * from pragma_table_info('us.impressions')",
                "select sql from sqlite_master",
                "select stats('x') from impressions",
                "select stats(id) from impressions",
                "select stats(advertiserId), stats(userAgent) from us.impressions",
                "with impressions as (select 1 id) select * from impressions",
                "with adv as (select * from us.impressions) select id from adv",
                "with recursive r as (select id from us.impressions union select id from us.impressions) from r",
                "select id from us.impressions where advertiserId <> 'adv'",
                "select id from us.impressions where not (advertiserId = 'adv') or true",
                "select error(id) from us.impressions where id like 'r%'",
                "select case when id like 'r%' then error(id) else id end from us.impressions",
                "select id from us.impressions where case when advertiserId <> 'adv' then error(id) else true end",
                "select cast(id as integer) from us.impressions where advertiserId <> 'adv'",
                "select cast(id as integer) from us.impressions",
                "select strptime(id, '%Y') from us.impressions order by id desc",
                "select id from us.impressions union all select id from \"memory\".us.impressions",
                "select id from memory.us.impressions i where exists (from us.impressions o where o.id > i.id)",
                "select id from us.impressions at (version => 1)",
                "select id from us.impressions tablesample 100%",
                "select (select max(id) from us.impressions), approx_count_distinct(id) from us.impressions",
                "select histogram(id), list(id), string_agg(id), arg_max(id, kafka_offset) from us.impressions",
                "select rowid, * from us.impressions",
                "select filename from us.impressions",
                "select file_row_number from us.impressions",
                "summarize us.impressions",
                "show all tables",
                "describe select * from us.impressions",
                "pivot us.impressions on advertiserId using count(*)",
                "select * from (pivot us.impressions on advertiserId using max(id))",
                "from us.impressions select id order by id desc",
                "table us.impressions",
                "values ((select max(id) from us.impressions))",
                "select current_setting('allowed_paths'), current_query(), current_schemas(true)",
                "select getvariable('x'), currval('x')",
                "select id from us.joined_conversions, us.impressions",
                "select impression.advertiserId, impression.id, conversion.id from us.joined_conversions",
                "select joined_conversions from us.joined_conversions",
            })
    void noStatementShowsRowsOfAnother(String sql) {
        String shown;
        try {
            shown = run(statement(sql.replace("'rival'", "'ri' || 'val'")), allColumns);
        } catch (SqlException e) {
            shown = e.getMessage();
        }
        assertThat(shown).doesNotContain(RIVAL);
        // An engine that a statement has broken would tell nothing of the next ones.
        assertThat(run(statement("select count(*) n from us.impressions"), allColumns))
                .isEqualTo("n\n10\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attach 'FILE' as other",
                "copy us.impressions from 'FILE'",
                "copy (select * from us.impressions) to '/tmp/x.csv'",
                "create view v as select * from read_parquet('FILE')",
                "create macro m() as table select * from 'FILE'",
                "create secret (type s3)",
                "pragma disable_verification",
                "set enable_external_access = true",
                "reset lock_configuration",
                "set allowed_paths = ['FILE']",
                "load httpfs",
                "install iceberg",
                "call pragma_version()",
                "prepare p as select * from 'FILE'",
                "execute p",
                "explain analyze select * from us.impressions",
                "import database '/tmp'",
                "export database '/tmp'",
                "use system",
                "detach memory",
                "checkpoint",
                "begin; select 1",
                "select 1; select * from 'FILE'",
                "select 1) as x; drop table us.impressions; select * from (select 1",
                "insert into us.impressions select * from 'FILE'",
                "with x as (insert into us.impressions select * from 'FILE' returning *) select * from x"
            })
    void onlyOneSelectStatementIsRun(String sql) {
        assertThatThrownBy(() -> SqlStatement.parse(sql)).isInstanceOf(SqlException.class);
    }
}
