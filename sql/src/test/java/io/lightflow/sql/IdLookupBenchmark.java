package io.lightflow.sql;

import com.sun.management.OperatingSystemMXBean;
import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.lookup.ArchiveLookup;
import io.lightflow.archive.lookup.HourRange;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.event.Click;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.Provenance;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;

/**
 * Looks up impressions by their ids in an archive of 30 days, by Bloom filters and with DuckDB, and counts an ad's
 * events of one user or one address. The newest hour has a file for each commit, and every other hour one file.
 * Arguments: impressions, commits of the newest hour.
 */
final class IdLookupBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int HOURS = 720;
    private static final int IMPRESSIONS_PER_CLICK = 50;
    private static final int IMPRESSIONS_PER_KEY = 7;
    private static final int ROUNDS = 5;
    private static final Map<Integer, Schema> SCHEMAS = Map.of(
            1, Impression.getClassSchema(),
            2, JoinedImpression.getClassSchema(),
            3, Click.getClassSchema(),
            4, JoinedClick.getClassSchema());
    private static final Map<ArchiveTable, Integer> SCHEMA_IDS = Map.of(
            ArchiveTable.IMPRESSIONS, 1,
            ArchiveTable.JOINED_IMPRESSIONS, 2,
            ArchiveTable.CLICKS, 3,
            ArchiveTable.JOINED_CLICKS, 4);
    private static final Map<ArchiveTable, String> ID_COLUMNS =
            Map.of(ArchiveTable.IMPRESSIONS, "id", ArchiveTable.CLICKS, "id");

    private final Random random = new Random(1);
    private final int perHour;
    private final int commits;
    private final Map<ArchiveTable, RowWriter> writers = new EnumMap<>(ArchiveTable.class);
    private final Map<ArchiveTable, AppendFiles> appends = new EnumMap<>(ArchiveTable.class);
    private final List<String> newest = new ArrayList<>();
    private final List<String> oldest = new ArrayList<>();
    private long offset;

    private IdLookupBenchmark(int impressions, int commits) {
        this.perHour = impressions / HOURS;
        this.commits = commits;
    }

    public static void main(String[] arguments) throws IOException {
        int impressions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int commits = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 120;
        Path folder = Files.createTempDirectory("id-lookup");
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder)) {
            new IdLookupBenchmark(impressions, commits).run(catalog);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run(ArchiveCatalog catalog) throws IOException {
        for (ArchiveTable kind : SCHEMA_IDS.keySet()) {
            Table table = catalog.table("us", kind);
            writers.put(kind, new RowWriter(kind, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME)));
            appends.put(kind, table.newAppend());
        }
        Moment begin = Moment.now();
        for (int hour = 0; hour < HOURS; hour++) {
            boolean isNewest = hour == HOURS - 1;
            for (int commit = 0; commit < (isNewest ? commits : 1); commit++) {
                write(hour, isNewest ? perHour / commits : perHour, isNewest ? newest : hour < 24 ? oldest : null);
            }
        }
        appends.values().forEach(AppendFiles::commit);
        print("generated", begin);
        try (SqlTables tables = new SqlTables(catalog)) {
            for (int round = 0; round < ROUNDS; round++) {
                System.out.println("round " + round);
                measure(catalog, tables, "id of the newest hour", newest.get(random.nextInt(newest.size())));
                measure(catalog, tables, "id of the oldest day", oldest.get(random.nextInt(oldest.size())));
                measure(catalog, tables, "unknown id", id());
                count(tables, "user", "join_key", Long.toHexString(random.nextInt(1_000) * 0x9e3779b97f4a7c15L));
                count(tables, "address", "impression.ip", "10." + random.nextInt(256) + ".7.0");
            }
        }
    }

    /** One engine for all queries, as a server would have. */
    private static final class SqlTables implements AutoCloseable {
        private final Path temporary = Files.createTempDirectory("id-lookup-sql");
        private final SqlEngine engine;

        SqlTables(ArchiveCatalog catalog) throws IOException {
            Moment begin = Moment.now();
            engine = new SqlEngine(
                    new SqlLimits(1_024, 10_240, 2, Duration.ofMinutes(5), 100, temporary),
                    SqlTable.of(catalog, "us", new LocalCopies(temporary, 1)));
            print("DuckDB opened", begin);
        }

        void find(String id) throws IOException {
            run("select * from impressions where id = '" + id + "'");
        }

        /** Of the last hours. */
        void count(String table, String column, String value, int hours) throws IOException {
            run("select count(*) from " + table + " where " + column + " = '" + value
                    + "' and impression.creativeId = 'creative-7-1' and event_time >= timestamptz '"
                    + Instant.ofEpochMilli(SampleRecords.TIME).minus(Duration.ofHours(hours)) + "'");
        }

        private void run(String sql) throws IOException {
            engine.run(sql, ResultFormat.CSV, OutputStream.nullOutputStream(), percent -> {});
        }

        @Override
        public void close() throws IOException {
            engine.close();
            Files.deleteIfExists(temporary);
        }
    }

    private static void count(SqlTables tables, String what, String column, String value) throws IOException {
        for (int hours : List.of(24, HOURS)) {
            for (String table : List.of("joined_clicks", "joined_impressions")) {
                Moment begin = Moment.now();
                tables.count(table, column, value, hours);
                print("DuckDB, " + table + " of one ad and one " + what + " in " + hours + " h", begin);
            }
        }
    }

    private static void measure(ArchiveCatalog catalog, SqlTables tables, String what, String id) throws IOException {
        Moment begin = Moment.now();
        try (ArchiveLookup lookup = new ArchiveLookup(catalog, "us")) {
            print(what + ": tables opened", begin);
            begin = Moment.now();
            int rows = lookup.newest(ID_COLUMNS, id, () -> false).rows().size();
            print(what + ": " + rows + " rows by Bloom filters", begin);
            begin = Moment.now();
            int clicks = lookup.find(ArchiveTable.JOINED_CLICKS, "impression.id", id, HourRange.ALL)
                    .size();
            print(what + ": " + clicks + " joined clicks of 30 days by Bloom filters", begin);
            begin = Moment.now();
            int keyed = lookup.find(ArchiveTable.CLICKS, "join_key", id, HourRange.ALL)
                    .size();
            print(what + ": " + keyed + " clicks of 30 days by the join key", begin);
        }
        begin = Moment.now();
        tables.find(id);
        print(what + ": DuckDB, the table of impressions only", begin);
    }

    /** A moment, by the clock and by the processor time of all threads. */
    private record Moment(long clock, long processor) {
        static Moment now() {
            return new Moment(System.nanoTime(), PROCESS.getProcessCpuTime());
        }
    }

    private static void print(String what, Moment begin) {
        Moment end = Moment.now();
        System.out.printf(
                "  %6d ms, %6d ms of processor time  %s%n",
                (end.clock - begin.clock) / 1_000_000, (end.processor - begin.processor) / 1_000_000, what);
    }

    private void write(int hour, int count, List<String> ids) {
        Map<ArchiveTable, List<ArchiveRecord>> records = new HashMap<>();
        SCHEMA_IDS.keySet().forEach(kind -> records.put(kind, new ArrayList<>()));
        long since = SampleRecords.TIME - Duration.ofHours(HOURS - 1L - hour).toMillis();
        for (int i = 0; i < count; i++) {
            String key = Long.toHexString((offset / IMPRESSIONS_PER_KEY) * 0x9e3779b97f4a7c15L);
            Impression impression = impression(since);
            if (ids != null) {
                ids.add(impression.getId());
            }
            add(records, ArchiveTable.IMPRESSIONS, key, impression);
            add(
                    records,
                    ArchiveTable.JOINED_IMPRESSIONS,
                    key,
                    JoinedImpression.newBuilder()
                            .setProvenance(provenance(impression.getTime()))
                            .setImpression(impression)
                            .build());
            if (offset % IMPRESSIONS_PER_CLICK == 0) {
                Click click = SampleRecords.click(id(), impression.getId(), impression.getTime());
                add(records, ArchiveTable.CLICKS, key, click);
                add(
                        records,
                        ArchiveTable.JOINED_CLICKS,
                        key,
                        JoinedClick.newBuilder()
                                .setProvenance(provenance(click.getTime()))
                                .setImpressionOrigin(provenance(click.getTime()).getOrigin())
                                .setClick(click)
                                .setImpression(impression)
                                .build());
            }
            offset++;
        }
        records.forEach((kind, all) -> writers.get(kind)
                .write(List.of(new Records("us-west." + kind.tableName(), 7, 0, all)))
                .forEach(appends.get(kind)::appendFile));
    }

    private void add(
            Map<ArchiveTable, List<ArchiveRecord>> records, ArchiveTable kind, String key, IndexedRecord event) {
        records.get(kind).add(SampleRecords.record(offset, key, SCHEMA_IDS.get(kind), event));
    }

    private String id() {
        return "%016x%016x".formatted(random.nextLong(), random.nextLong());
    }

    private Impression impression(long since) {
        int campaign = random.nextInt(400);
        int city = random.nextInt(2_000);
        return Impression.newBuilder()
                .setId(id())
                .setTime(since + random.nextInt(1_000))
                .setAdvertiserId("advertiser-" + campaign / 10)
                .setCampaignId("campaign-" + campaign)
                .setCreativeId("creative-" + campaign + "-" + random.nextInt(5))
                .setPriceMicros(random.nextInt(5_000))
                .setCurrency("EUR")
                .setExchange("exchange-" + random.nextInt(6))
                .setPublisher("publisher-" + random.nextInt(3_000) + ".example")
                .setPlacement("slot-" + random.nextInt(40))
                .setCountry(city % 3 == 0 ? "US" : "PL")
                .setRegion("region-" + city / 40)
                .setCity("city-" + city)
                .setDevice("phone")
                .setUserAgent("Mozilla/5.0 (Linux; Android " + random.nextInt(15) + "; K)")
                .setIp("10." + random.nextInt(256) + "." + random.nextInt(256) + ".0")
                .build();
    }

    private Provenance provenance(long time) {
        return Provenance.newBuilder()
                .setOrigin(EventOrigin.newBuilder()
                        .setTopic("us-west.impressions")
                        .setIncarnation(7)
                        .setPartition(0)
                        .setOffset(offset)
                        .build())
                .setTxid(offset / 50_000)
                .setProducedMs(time + 20)
                .setReadMs(time / 1000 * 1000)
                .setLate(false)
                .setInvalid(false)
                .build();
    }
}
