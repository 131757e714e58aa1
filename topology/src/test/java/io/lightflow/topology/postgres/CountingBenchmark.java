package io.lightflow.topology.postgres;

import com.sun.management.ThreadMXBean;
import io.lightflow.database.PostgresSettings;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.Provenance;
import io.lightflow.event.WireFormat;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsStep;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * The CPU that counting an event takes: decoding, summing and committing by this process, and PostgreSQL's share.
 * Impressions of the bench arrive at an even rate of event time, and every commit holds the same number of them.
 * Arguments: events a second (5,000), events a commit (5,000), seconds to measure (60), seconds to warm up (30), rows
 * after which they are merged.
 */
final class CountingBenchmark {
    private static final int CREATIVES = 2_000;
    private static final int PLACES_PER_CREATIVE = 5;
    private static final String TOPIC = "us.joined.impressions";
    private static final List<String> COUNTRIES = List.of("US", "CA", "MX", "GB", "DE", "FR", "JP", "BR");
    private static final List<String> DEVICES = List.of("desktop", "phone", "tablet");

    private final int eventsPerSecond;
    private final int eventsPerCommit;
    private final int mergeRows;
    private final Random random = new Random(1);
    private final List<Impression> places = new ArrayList<>();
    private final SpecificDatumWriter<JoinedImpression> writer = new SpecificDatumWriter<>(JoinedImpression.class);
    private final JoinedEventDecoder decoder = new JoinedEventDecoder(id -> JoinedImpression.getClassSchema());
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long offset;
    private long decodeNanos;
    private long sumNanos;
    private long commitNanos;
    private long commitWallNanos;

    private CountingBenchmark(int eventsPerSecond, int eventsPerCommit, int mergeRows) {
        this.mergeRows = mergeRows;
        this.eventsPerSecond = eventsPerSecond;
        this.eventsPerCommit = eventsPerCommit;
        for (int creative = 0; creative < CREATIVES; creative++) {
            String country = COUNTRIES.get(random.nextInt(COUNTRIES.size()));
            String region = "region-" + random.nextInt(20);
            for (int i = 0; i < PLACES_PER_CREATIVE; i++) {
                places.add(place(creative, i, country, region));
            }
        }
    }

    private Impression place(int creative, int number, String country, String region) {
        int campaign = creative % 200;
        return Impression.newBuilder()
                .setId("")
                .setTime(0)
                .setAdvertiserId("advertiser-" + campaign % 40)
                .setCampaignId("campaign-" + campaign)
                .setCreativeId("creative-" + creative)
                .setPriceMicros(0)
                .setCurrency("USD")
                .setExchange("exchange-" + random.nextInt(6))
                .setPublisher("publisher-" + (random.nextInt(100) * PLACES_PER_CREATIVE + number) + ".example")
                .setPlacement("placement-1001")
                .setCountry(country)
                .setRegion(region)
                .setCity("city-1")
                .setDevice(DEVICES.get(random.nextInt(DEVICES.size())))
                .setUserAgent("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36")
                .setIp("198.51.100.0")
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        int eventsPerSecond = argument(arguments, 0, 5_000);
        int eventsPerCommit = argument(arguments, 1, 5_000);
        int seconds = argument(arguments, 2, 60);
        int warmUpSeconds = argument(arguments, 3, 30);
        Path folder = Files.createTempDirectory("lightflow-benchmark");
        try (PostgresServer server = new PostgresServer(folder)) {
            server.start();
            int mergeRows = argument(arguments, 4, PostgresStatisticsSink.Merging.DEFAULT.rows());
            new CountingBenchmark(eventsPerSecond, eventsPerCommit, mergeRows)
                    .run(server, folder, seconds, warmUpSeconds);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static int argument(String[] arguments, int number, int otherwise) {
        return arguments.length > number ? Integer.parseInt(arguments[number]) : otherwise;
    }

    private void run(PostgresServer server, Path folder, int seconds, int warmUpSeconds) throws IOException {
        PostgresSettings settings = server.newSchema();
        long postmaster = Long.parseLong(
                Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0));
        PostgresStatisticsSink.Merging merging =
                new PostgresStatisticsSink.Merging(20_000, mergeRows, Duration.ofMinutes(1), Duration.ofMinutes(1));
        try (PostgresStatisticsSink sink =
                new PostgresStatisticsSink(settings, "stats-counter", "us", merging, Runnable::run)) {
            Position position = count(sink, sink.open(0), warmUpSeconds);
            decodeNanos = 0;
            sumNanos = 0;
            commitNanos = 0;
            commitWallNanos = 0;
            Duration postgresBefore = StatisticsSinkBenchmark.cpuOf(postmaster);
            long walBefore = walBytes(server, settings);
            count(sink, position, seconds);
            Duration postgres = StatisticsSinkBenchmark.cpuOf(postmaster).minus(postgresBefore);
            double events = (double) eventsPerSecond * seconds;
            System.out.printf(
                    Locale.ROOT,
                    "%d events/s, %d events a commit; us an event: decode %.2f, sum %.2f, commit %.2f, PostgreSQL"
                            + " %.2f; bytes of WAL an event: %.0f; ms a commit: %.1f%n",
                    eventsPerSecond,
                    eventsPerCommit,
                    decodeNanos / 1e3 / events,
                    sumNanos / 1e3 / events,
                    commitNanos / 1e3 / events,
                    postgres.toNanos() / 1e3 / events,
                    (walBytes(server, settings) - walBefore) / events,
                    commitWallNanos / 1e6 * eventsPerCommit / events);
        }
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            System.out.println(totals.all().impressions + " events, tables "
                    + (totals.differences().isEmpty() ? "agree" : "differ: " + totals.differences()));
        }
    }

    private static long walBytes(PostgresServer server, PostgresSettings settings) {
        return Long.parseLong(server.query(settings, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"));
    }

    private Position count(PostgresStatisticsSink sink, Position from, int seconds) throws IOException {
        Position position = from;
        for (int commit = 0; commit < (long) seconds * eventsPerSecond / eventsPerCommit; commit++) {
            List<byte[]> records = records();
            long begun = threads.getCurrentThreadCpuTime();
            List<BlockEntry> entries = new ArrayList<>(records.size());
            for (int i = 0; i < records.size(); i++) {
                entries.add(decoder.decode(EventType.IMPRESSION, TOPIC, offset - records.size() + i, records.get(i)));
            }
            entries.add(new BeaconMark(offset++, StatisticsSamples.MORNING + offset * 1000 / eventsPerSecond));
            long decoded = threads.getCurrentThreadCpuTime();
            BlockPart part =
                    new BlockPart(TOPIC, EventType.IMPRESSION, 1, offset - entries.size(), offset, false, entries);
            Statistics rows = new Statistics();
            Position next = StatisticsStep.run(position, new Block(0, List.of(part), 0), 1, rows);
            long summed = threads.getCurrentThreadCpuTime();
            long wallBegun = System.nanoTime();
            sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, position, next)), rows)));
            commitWallNanos += System.nanoTime() - wallBegun;
            decodeNanos += decoded - begun;
            sumNanos += summed - decoded;
            commitNanos += threads.getCurrentThreadCpuTime() - summed;
            position = next;
        }
        return position;
    }

    private List<byte[]> records() throws IOException {
        List<byte[]> records = new ArrayList<>(eventsPerCommit);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        for (int i = 0; i < eventsPerCommit; i++) {
            Impression impression = places.get(random.nextInt(places.size()));
            impression.setId("impression-" + offset);
            impression.setTime(StatisticsSamples.MORNING + offset * 1000 / eventsPerSecond);
            impression.setPriceMicros(500L + random.nextInt(4_000));
            EventOrigin origin = EventOrigin.newBuilder()
                    .setTopic(random.nextBoolean() ? "us-east.impressions" : "us-west.impressions")
                    .setIncarnation(1)
                    .setPartition(0)
                    .setOffset(offset)
                    .build();
            Provenance provenance = Provenance.newBuilder()
                    .setOrigin(origin)
                    .setTxid(1)
                    .setProducedMs(offset)
                    .setReadMs(offset)
                    .setLate(false)
                    .setInvalid(false)
                    .build();
            out.reset();
            writer.write(
                    JoinedImpression.newBuilder()
                            .setProvenance(provenance)
                            .setImpression(impression)
                            .build(),
                    encoder);
            encoder.flush();
            records.add(WireFormat.value(1, out.toByteArray()));
            offset++;
        }
        return records;
    }
}
