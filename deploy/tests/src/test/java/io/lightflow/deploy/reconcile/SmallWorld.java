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
import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SubmittedRules;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
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
    private static final String DC = "one";

    private final GroupSettings settings;
    private final Instant hour;
    private final RegistrySchemas schemas;
    private final HandmadeTopics topics;
    private final HandmadeEvents events;
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
                kafka, ArchiveTopology.INSTANCE.topics(settings).keySet(), SHARDS, schemas.ids());
        this.events = new HandmadeEvents(topics, group, DC + group, hour);
    }

    GroupSettings settings() {
        return settings;
    }

    Instant hour() {
        return hour;
    }

    HandmadeEvents events() {
        return events;
    }

    String light(EventType type) {
        return events.light(type);
    }

    String output(OutputTopic topic) {
        return events.output(topic);
    }

    /** Sends a complete world. */
    SmallWorld fill() {
        events.sendAll();
        return this;
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
            sink.commit(List.of(new Commit<>(moves, events.statistics())));
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
