package io.lightflow.deploy.reconcile;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.commit.TableSink;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.database.PostgresSettings;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.reconcile.HandmadeTopics.Sent;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.Provenance;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.Tag;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SubmittedRules;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;

/**
 * A few events of one hour in all outputs of a group, written by hand: no join has seen them. A test alters one of them
 * in one output.
 */
final class SmallWorld implements AutoCloseable {
    static final int SHARDS = 2;
    static final String DC = "one";

    private final GroupSettings settings;
    private final Instant hour;
    private final RegistrySchemas schemas;
    private final HandmadeTopics topics;
    private final Statistics statistics = new Statistics();
    private long watermark;

    /** What the archive makes of a record: as a rule, one row of it. */
    @FunctionalInterface
    interface Alteration {
        Alteration NONE = (table, sent) -> List.of(sent.record());

        List<ArchiveRecord> rows(ArchiveTable table, Sent sent);
    }

    /** A world whose archive is in a local folder. */
    SmallWorld(EmbeddedKafka kafka, EmbeddedPostgres postgres, Path folder, String group, Instant hour)
            throws Exception {
        this(
                kafka,
                postgres,
                "warehouse: \"%s\"".formatted(folder.resolve(group).toUri()),
                group,
                hour);
    }

    /** @param archive YAML that names the storage of the archive */
    SmallWorld(EmbeddedKafka kafka, EmbeddedPostgres postgres, String archive, String group, Instant hour)
            throws Exception {
        this.hour = hour;
        this.watermark = hour.plus(Duration.ofDays(3)).toEpochMilli();
        this.settings = GroupSettings.parse("""
                group: %s
                dataCenters: [%s]
                shards: %d
                kafka: {bootstrapServers: "%s"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "%s", user: postgres}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                archive: {%s, catalogSchema: %s}
                """.formatted(
                        group,
                        DC + group,
                        SHARDS,
                        kafka.bootstrapServers(),
                        postgres.getJdbcUrl("postgres", "postgres"),
                        archive,
                        group));
        this.schemas = RegistrySchemas.connect(settings.registry());
        this.topics = new HandmadeTopics(
                kafka, ArchiveTopology.INSTANCE.topics(settings).keySet(), SHARDS, schemas);
    }

    GroupSettings settings() {
        return settings;
    }

    Instant hour() {
        return hour;
    }

    String light(EventType type) {
        return type.centralTopic(DC + settings.group());
    }

    String output(OutputTopic topic) {
        return topic.of(settings.group());
    }

    private long time(int number) {
        return hour.toEpochMilli() + number * 1_000L;
    }

    // Events

    /** Sends a complete world. */
    SmallWorld fill() {
        for (int i = 0; i < 12; i++) {
            int shard = i % SHARDS;
            Sent impression = impression(i, shard);
            joined(impression);
            if (i % 2 == 0) {
                Sent click = click("c" + i, "i" + i, i, shard);
                joinedClick(click, impression);
                conversion(i, shard, click, impression);
            }
            if (i % 3 == 0) {
                tag(i, shard);
            }
        }
        orphan(click("lonely", "nowhere", 20, 1));
        reject(send(light(EventType.CLICK), 0, "user", "no event".getBytes(StandardCharsets.UTF_8), null, 21));
        impression(3, 1); // the mirror's second copy
        return this;
    }

    Sent impression(int i, int shard) {
        return send(
                light(EventType.IMPRESSION),
                shard,
                "user" + shard,
                Impression.newBuilder()
                        .setId("i" + i)
                        .setTime(time(i))
                        .setAdvertiserId("advertiser")
                        .setCampaignId("campaign" + i % 3)
                        .setCreativeId("creative")
                        .setPriceMicros(1_000 + i)
                        .setCurrency("EUR")
                        .setCountry("PL")
                        .build(),
                i);
    }

    Sent joined(Sent light) {
        Impression impression = (Impression) light.event();
        count(impression.getTime(), impression, impression.getCurrency()).impressions++;
        count(impression.getTime(), impression, impression.getCurrency()).spendMicros += impression.getPriceMicros();
        return send(
                output(OutputTopic.IMPRESSIONS),
                light.origin().getPartition(),
                "user" + light.origin().getPartition(),
                JoinedImpression.newBuilder()
                        .setProvenance(provenance(light))
                        .setImpression(impression)
                        .build(),
                30);
    }

    Sent click(String id, String impression, int number, int shard) {
        return send(
                light(EventType.CLICK),
                shard,
                "user" + shard,
                Click.newBuilder()
                        .setId(id)
                        .setTime(time(number) + 500)
                        .setAdvertiserId("advertiser")
                        .setImpressionId(impression)
                        .setPriceMicros(50)
                        .setCurrency("EUR")
                        .build(),
                number);
    }

    Sent joinedClick(Sent light, Sent impression) {
        Click click = (Click) light.event();
        Impression of = (Impression) impression.event();
        count(click.getTime(), of, click.getCurrency()).clicks++;
        count(click.getTime(), of, click.getCurrency()).spendMicros += click.getPriceMicros();
        return send(
                output(OutputTopic.CLICKS),
                light.origin().getPartition(),
                "user" + light.origin().getPartition(),
                JoinedClick.newBuilder()
                        .setProvenance(provenance(light))
                        .setImpressionOrigin(impression.origin())
                        .setClick(click)
                        .setImpression(of)
                        .build(),
                31);
    }

    private void orphan(Sent light) {
        send(
                output(OutputTopic.ORPHANS),
                light.origin().getPartition(),
                "user" + light.origin().getPartition(),
                OrphanClick.newBuilder()
                        .setProvenance(provenance(light))
                        .setClick((Click) light.event())
                        .build(),
                32);
    }

    private void conversion(int i, int shard, Sent click, Sent impression) {
        Sent light = send(
                light(EventType.CONVERSION),
                shard,
                "user" + shard,
                Conversion.newBuilder()
                        .setId("v" + i)
                        .setTime(time(i) + 900)
                        .setAdvertiserId("advertiser")
                        .setRevenueMicros(7_000_000)
                        .setCurrency("PLN")
                        .build(),
                i);
        Conversion conversion = (Conversion) light.event();
        JoinedConversion.Builder joined = JoinedConversion.newBuilder()
                .setProvenance(provenance(light))
                .setConversion(conversion)
                .setAttribution(AttributionKind.NONE)
                .setClickNumber(0);
        if (i % 4 == 0) {
            Impression of = (Impression) impression.event();
            joined.setAttribution(AttributionKind.CLICK)
                    .setClickNumber(1)
                    .setClickOrigin(click.origin())
                    .setClick((Click) click.event())
                    .setImpressionOrigin(impression.origin())
                    .setImpression(of);
            count(conversion.getTime(), of, "PLN").conversions++;
            count(conversion.getTime(), of, "PLN").revenueMicros += conversion.getRevenueMicros();
        }
        send(output(OutputTopic.CONVERSIONS), shard, "user" + shard, joined.build(), 33);
    }

    private void tag(int i, int shard) {
        Sent light = send(
                light(EventType.TAG),
                shard,
                "user" + shard,
                Tag.newBuilder()
                        .setId("t" + i)
                        .setTime(time(i))
                        .setAdvertiserId("advertiser")
                        .build(),
                i);
        send(
                output(OutputTopic.TAGS),
                shard,
                "user" + shard,
                JoinedTag.newBuilder()
                        .setProvenance(provenance(light))
                        .setTag((Tag) light.event())
                        .build(),
                34);
    }

    private void reject(Sent light) {
        send(
                output(OutputTopic.REJECTED),
                light.origin().getPartition(),
                "user",
                RejectedEvent.newBuilder()
                        .setProvenance(provenance(light))
                        .setReason("expected an event")
                        .setValue(ByteBuffer.wrap(light.record().value()))
                        .build(),
                35);
    }

    private static Provenance provenance(Sent light) {
        return Provenance.newBuilder()
                .setOrigin(light.origin())
                .setTxid(1)
                .setProducedMs(light.record().timestampMs())
                .setReadMs(light.record().timestampMs() + 1)
                .setLate(false)
                .setInvalid(false)
                .build();
    }

    private Counts count(long time, Impression impression, String currency) {
        return statistics.minute(StatisticsKey.of(time - time % Statistics.MINUTE_MS)
                .with(Dimension.CAMPAIGN, impression.getCampaignId())
                .with(Dimension.CREATIVE, impression.getCreativeId())
                .with(Dimension.ADVERTISER, impression.getAdvertiserId())
                .with(Dimension.COUNTRY, impression.getCountry())
                .with(Dimension.DATA_CENTER, DC + settings.group())
                .with(Dimension.CURRENCY, currency));
    }

    // Topics

    private Sent send(String topic, int shard, String key, SpecificRecord event, int second) {
        return send(topic, shard, key, value(event), event, second);
    }

    private Sent send(String topic, int shard, String key, byte[] value, SpecificRecord event, int second) {
        return topics.send(topic, shard, key, value, event, time(second) + 999);
    }

    byte[] value(SpecificRecord event) {
        return topics.value(event);
    }

    /** All records of a topic. */
    List<Sent> sent(String topic) {
        return topics.sent(topic);
    }

    // Archive and statistics

    /** Writes the tables. */
    SmallWorld archive(Alteration alteration) {
        try (ArchiveCatalog catalog = ArchiveTopology.catalog(settings)) {
            for (ArchiveTable kind : ArchiveTable.values()) {
                archive(catalog.table(settings.group(), kind), kind, alteration);
            }
        }
        return this;
    }

    private void archive(Table table, ArchiveTable kind, Alteration alteration) {
        Collection<String> read = kind.topics(settings.group(), settings.dataCenters());
        List<DataFile> files = new RowWriter(kind, table, schemas, InstantSource.system())
                .write(topics.records(read, sent -> alteration.rows(kind, sent)));
        TableSink sink = new TableSink(table, InstantSource.system());
        List<Integer> shards = IntStream.range(0, SHARDS).boxed().toList();
        sink.open(shards);
        List<ShardMove> moves = shards.stream()
                .map(shard -> new ShardMove(shard, Position.START, topics.position(shard, read, watermark)))
                .toList();
        sink.commit(List.of(new Commit<>(moves, new NewFiles(files, System.currentTimeMillis()))));
    }

    /** Writes the rows of PostgreSQL. */
    SmallWorld count() {
        List<String> read =
                List.of(output(OutputTopic.IMPRESSIONS), output(OutputTopic.CLICKS), output(OutputTopic.CONVERSIONS));
        List<Integer> shards = IntStream.range(0, SHARDS).boxed().toList();
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(
                new PostgresSettings(
                        settings.postgres().url(), settings.postgres().user(), ""),
                "stats-counter",
                settings.group())) {
            sink.open(shards);
            List<ShardMove> moves = shards.stream()
                    .map(shard -> new ShardMove(shard, Position.START, topics.position(shard, read, watermark)))
                    .toList();
            sink.commit(List.of(new Commit<>(moves, statistics)));
        }
        return this;
    }

    /** Sets how far the join has come. */
    SmallWorld joinedUpTo(Instant time) {
        watermark = time.toEpochMilli();
        return this;
    }

    // The command

    Reconciliation reconcile() {
        try (Reconciler reconciler = new Reconciler(
                settings,
                new Reconciler.Limits(256, 64, 1, Duration.ZERO),
                new HandmadeLedgers(),
                ArchiveTopology.catalog(settings),
                schemas)) {
            return reconciler.reconcile(hour);
        }
    }

    /** A join that has read all light records, and whose watermark moves. */
    private final class HandmadeLedgers implements Reconciler.Ledgers {
        private long moved;

        @Override
        public ShardPositions joins() {
            return new ShardPositions() {
                @Override
                public Map<Integer, Position> read(Collection<Integer> shards) {
                    moved++;
                    Map<Integer, Position> positions = new TreeMap<>();
                    List<String> read = List.of(
                            light(EventType.IMPRESSION),
                            light(EventType.CLICK),
                            light(EventType.CONVERSION),
                            light(EventType.TAG));
                    shards.forEach(shard -> positions.put(shard, topics.position(shard, read, watermark + moved)));
                    return positions;
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }

        @Override
        public ShardPositions counts() {
            return joins();
        }

        @Override
        public List<SubmittedRules> submittedRules() {
            return List.of();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Override
    public void close() {
        topics.close();
    }
}
