package io.lightflow.archive.table;

import com.sun.management.OperatingSystemMXBean;
import io.lightflow.archive.catalog.LocalFiles;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.Provenance;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;

/**
 * Writes impressions and their joined impressions to local files, and tells the processor time and the bytes of files
 * for each event. Arguments: events of a commit, rounds.
 */
final class RowWriterBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final Map<Integer, Schema> SCHEMAS =
            Map.of(1, Impression.getClassSchema(), 2, JoinedImpression.getClassSchema());
    private static final int RECORDS_OF_A_BLOCK = 2_500;

    private final Random random = new Random(1);
    private final int events;

    private RowWriterBenchmark(int events) {
        this.events = events;
    }

    public static void main(String[] arguments) throws IOException {
        int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        Path folder = Files.createTempDirectory("row-writer");
        try {
            new RowWriterBenchmark(events).run(rounds, folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run(int rounds, Path folder) {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize(
                "memory",
                Map.of(
                        CatalogProperties.FILE_IO_IMPL,
                        LocalFiles.class.getName(),
                        CatalogProperties.WAREHOUSE_LOCATION,
                        folder.toUri().toString()));
        catalog.createNamespace(Namespace.of("us"));
        List<Impression> impressions = new ArrayList<>(events);
        for (int i = 0; i < events; i++) {
            impressions.add(impression(i));
        }
        List<Records> light = records(impressions, 1);
        List<Records> joined = records(impressions, 2);
        RowWriter lightWriter = writer(catalog, ArchiveTable.IMPRESSIONS);
        RowWriter joinedWriter = writer(catalog, ArchiveTable.JOINED_IMPRESSIONS);
        for (int round = 0; round < rounds; round++) {
            long begin = PROCESS.getProcessCpuTime();
            List<DataFile> files = new ArrayList<>(lightWriter.write(light));
            long middle = PROCESS.getProcessCpuTime();
            files.addAll(joinedWriter.write(joined));
            long end = PROCESS.getProcessCpuTime();
            System.out.printf(
                    "per event: %.2f us light, %.2f us joined, %.2f us together; %d bytes of files, %d of records%n",
                    (middle - begin) / 1e3 / events,
                    (end - middle) / 1e3 / events,
                    (end - begin) / 1e3 / events,
                    files.stream().mapToLong(DataFile::fileSizeInBytes).sum() / events,
                    (bytes(light) + bytes(joined)) / events);
        }
    }

    private static long bytes(List<Records> all) {
        return all.stream()
                .flatMap(records -> records.records().stream())
                .mapToLong(ArchiveRecord::size)
                .sum();
    }

    private static RowWriter writer(InMemoryCatalog catalog, ArchiveTable kind) {
        org.apache.iceberg.Schema schema = TableSchemas.of(kind);
        Table table = catalog.buildTable(TableIdentifier.of("us", kind.tableName()), schema)
                .withPartitionSpec(TableSchemas.partitions(schema))
                .withSortOrder(TableSchemas.order(schema))
                .create();
        return new RowWriter(kind, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME));
    }

    private List<Records> records(List<Impression> impressions, int schema) {
        List<Records> all = new ArrayList<>();
        List<ArchiveRecord> block = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            Impression impression = impressions.get(i);
            String key = Long.toHexString(i / 7 * 0x9e3779b97f4a7c15L);
            block.add(SampleRecords.record(i, key, schema, schema == 1 ? impression : joined(impression, i)));
            if (block.size() == RECORDS_OF_A_BLOCK || i == events - 1) {
                all.add(new Records(
                        schema == 1 ? "us-west.impressions" : "us.joined.impressions", 77, all.size() % 8, block));
                block = new ArrayList<>();
            }
        }
        return Collections.unmodifiableList(all);
    }

    private Impression impression(int number) {
        int campaign = random.nextInt(400);
        int city = random.nextInt(2_000);
        return Impression.newBuilder()
                .setId(Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()))
                .setTime(SampleRecords.TIME + number / 4)
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
                .setUserAgent(
                        "Mozilla/5.0 (Linux; Android " + random.nextInt(15) + "; K) Chrome/" + random.nextInt(140))
                .setIp("10." + random.nextInt(256) + "." + random.nextInt(256) + ".0")
                .build();
    }

    private static JoinedImpression joined(Impression impression, int offset) {
        return JoinedImpression.newBuilder()
                .setProvenance(Provenance.newBuilder()
                        .setOrigin(EventOrigin.newBuilder()
                                .setTopic("us-west.impressions")
                                .setIncarnation(7)
                                .setPartition(offset / RECORDS_OF_A_BLOCK % 8)
                                .setOffset(offset)
                                .build())
                        .setTxid(offset / 50_000)
                        .setProducedMs(impression.getTime() + 20)
                        .setReadMs(impression.getTime() / 1000 * 1000)
                        .setLate(false)
                        .setInvalid(false)
                        .build())
                .setImpression(impression)
                .build();
    }
}
