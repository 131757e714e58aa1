package io.lightflow.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.Provenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements in {@code docs/operating/traffic.md} report invalid traffic by rule, campaign and publisher. */
class InvalidTrafficReportTest {
    private static final Map<Integer, Schema> SCHEMAS = Map.of(
            1, JoinedImpression.getClassSchema(),
            2, JoinedClick.getClassSchema(),
            3, JoinedConversion.getClassSchema());
    private static final Pattern STATEMENT = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void marksAreCountedByRuleCampaignAndPublisher() throws IOException {
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder.resolve("tables"))) {
            append(
                    catalog,
                    ArchiveTable.JOINED_IMPRESSIONS,
                    1,
                    List.of(impression("i1", "", false), impression("i2", "crawler", true)));
            append(catalog, ArchiveTable.JOINED_CLICKS, 2, List.of(click("invalid-impression", true)));
            JoinedConversion fast = SampleRecords.attributed("v1", SampleRecords.TIME);
            fast.setImpression(sample("i1"));
            mark(fast.getProvenance(), "fast-conversion", false);
            append(
                    catalog,
                    ArchiveTable.JOINED_CONVERSIONS,
                    3,
                    List.of(fast, SampleRecords.unattributed("v2", SampleRecords.TIME)));
            List<SqlTable> tables = SqlTable.of(catalog, "us", new LocalCopies(folder, 1));
            assertThat(documented()).hasSize(4);
            assertThat(run(documented().get(2), tables).lines())
                    .containsExactly("publisher,placement,clicks,percent_1,percent_10,median", "site,\"\",1,0,0,0");
            assertThat(run(documented().get(1), tables).lines()).containsExactly("ip,agent,minute,clicks");
            assertThat(run(documented().get(0), tables).lines())
                    .containsExactly(
                            "rule,invalid,campaign,publisher,impressions,clicks,conversions",
                            "crawler,true,camp,site,1,0,0",
                            "fast-conversion,false,camp,site,0,0,1",
                            "invalid-impression,true,camp,site,0,1,0");
        }
    }

    /** The fast clicks of bots do not move it: neither those that are known, nor a few percent more. */
    @Test
    void theLimitOfAPlacementFollowsFromTheDistributionOfItsClicks() throws IOException {
        List<JoinedClick> clicks = new ArrayList<>();
        clicks.addAll(clicks(700, "top", 2_000, ""));
        clicks.addAll(clicks(300, "top", 1_000, ""));
        clicks.addAll(clicks(30, "top", 5, "fast-click"));
        clicks.addAll(clicks(900, "top", 1, "crawler"));
        clicks.addAll(clicks(1_000, "quick", 20, ""));
        clicks.addAll(clicks(1_000, "slow", 9_000, ""));
        clicks.addAll(clicks(999, "rare", 800, ""));
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder.resolve("tables"))) {
            append(catalog, ArchiveTable.JOINED_CLICKS, 2, clicks);
            List<SqlTable> tables = SqlTable.of(catalog, "us", new LocalCopies(folder, 1));
            assertThat(run(documented().get(3), tables, ResultFormat.JSON)
                            .lines()
                            .map(String::strip))
                    .containsExactly(
                            "[",
                            "{\"publisher\":\"site\",\"placement\":\"quick\",\"minClickDelay\":\"100ms\"},",
                            "{\"publisher\":\"site\",\"placement\":\"slow\",\"minClickDelay\":\"2000ms\"},",
                            "{\"publisher\":\"site\",\"placement\":\"top\",\"minClickDelay\":\"250ms\"}",
                            "]");
        }
    }

    private static List<JoinedClick> clicks(int count, String placement, long delayMs, String rule) {
        JoinedClick click = click(rule, false);
        click.getImpression().setPlacement(placement);
        click.getClick().setTime(click.getImpression().getTime() + delayMs);
        return Collections.nCopies(count, click);
    }

    private static JoinedImpression impression(String id, String rule, boolean invalid) {
        return JoinedImpression.newBuilder()
                .setProvenance(mark(provenance(), rule, invalid))
                .setImpression(sample(id))
                .build();
    }

    private static Impression sample(String id) {
        Impression impression = SampleRecords.impression(id, SampleRecords.TIME);
        impression.setPublisher("site");
        return impression;
    }

    private static JoinedClick click(String rule, boolean invalid) {
        return JoinedClick.newBuilder()
                .setProvenance(mark(provenance(), rule, invalid))
                .setImpressionOrigin(provenance().getOrigin())
                .setClick(SampleRecords.click("c1", "i2", SampleRecords.TIME))
                .setImpression(sample("i2"))
                .build();
    }

    private static Provenance provenance() {
        return SampleRecords.unattributed("any", SampleRecords.TIME).getProvenance();
    }

    private static Provenance mark(Provenance provenance, String rule, boolean invalid) {
        provenance.setTrafficRule(rule);
        provenance.setInvalid(invalid);
        return provenance;
    }

    private static void append(
            ArchiveCatalog catalog, ArchiveTable kind, int schema, List<? extends IndexedRecord> events) {
        List<ArchiveRecord> records = new ArrayList<>();
        events.forEach(event -> records.add(SampleRecords.record(records.size(), "ann", schema, event)));
        Table table = catalog.table("us", kind);
        RowWriter writer = new RowWriter(kind, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME));
        AppendFiles append = table.newAppend();
        writer.write(List.of(new Records("us.joined", 7, 0, records))).forEach(append::appendFile);
        append.commit();
    }

    private String run(String sql, List<SqlTable> tables) throws IOException {
        return run(sql, tables, ResultFormat.CSV);
    }

    private String run(String sql, List<SqlTable> tables, ResultFormat format) throws IOException {
        SqlStatement statement = SqlStatement.parse(sql);
        SqlLimits limits = new SqlLimits(
                256, 256, 2, Duration.ofMinutes(1), 1_000, Files.createDirectories(folder.resolve("tmp")));
        RowAccess all = new RowAccess(Optional.empty(), Optional.empty(), Optional.empty());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlEngine engine = SqlEngine.open(limits, List.of("us"), tables, List.of(), all, statement)) {
            engine.run(statement, format, out, percent -> {});
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<String> documented() throws IOException {
        Path project = Path.of("").toAbsolutePath().getParent();
        return STATEMENT
                .matcher(Files.readString(project.resolve("docs/operating/traffic.md")))
                .results()
                .map(statement -> statement.group(1))
                .toList();
    }
}
