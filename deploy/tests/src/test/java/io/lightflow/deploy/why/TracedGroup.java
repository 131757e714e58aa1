package io.lightflow.deploy.why;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedZooKeeper;
import io.lightflow.deploy.embedded.TopologyProcess;
import io.lightflow.event.Beacon;
import io.lightflow.event.EventType;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.TraceParent;
import io.lightflow.event.WireFormat;
import io.lightflow.position.Position;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A group with real servers in the folder of a local stack, whose topologies run when a test says so. */
public final class TracedGroup implements AutoCloseable {
    public static final int SHARDS = 2;
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final EmbeddedKafka kafka;
    private final EmbeddedPostgresServer postgres;
    private final EmbeddedZooKeeper zookeeper;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Path folder;
    private final GroupSettings settings;
    private final SchemaIds ids;

    public TracedGroup(Path folder) throws IOException {
        this.folder = folder;
        kafka = new EmbeddedKafka(folder.resolve("kafka-central"));
        kafka.start();
        postgres = new EmbeddedPostgresServer(folder.resolve("postgres"));
        postgres.start();
        zookeeper = new EmbeddedZooKeeper(folder.resolve("zookeeper"));
        zookeeper.start();
        settings = GroupSettings.parse(yaml("archive: {warehouse: \"%s\", commitInterval: 1s}"
                .formatted(folder.resolve("tables").toUri())));
        ids = RegistrySchemas.connect(settings.registry()).ids();
        DataflowTopology.INSTANCE
                .topics(settings)
                .keySet()
                .forEach(topic -> kafka.createTopic(topic, SHARDS, Map.of()));
        DataflowTopology.INSTANCE.prepare(settings);
        StatisticsTopology.INSTANCE.prepare(settings);
        ArchiveTopology.INSTANCE.prepare(settings);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "enable.metrics.push", false),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private String yaml(String archive) {
        return """
                group: us
                dataCenters: [us-west, us-east]
                shards: 2
                kafka: {bootstrapServers: "%1$s"}
                fronts: {us-east: {bootstrapServers: "%1$s"}}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "%2$s", user: postgres}
                zookeeper: {connect: "%3$s"}
                store: {rocksdb: {directory: "%4$s"}}
                join: {advertisers: {hasty: {orphanAfter: 1s}}}
                copies:
                  - topic: us.partner
                    from: joined.clicks
                    where: {click.advertiserId: [adv]}
                    unless: {provenance.invalid: ["true"]}
                traffic: {crawlers: [crawler], minClickDelay: 1s, shadow: [fast-click]}
                statistics: {microBatch: 1s}
                %5$s
                """.formatted(
                        kafka.bootstrapServers(),
                        postgres.jdbcUrl(),
                        zookeeper.connectString(),
                        folder.resolve("store"),
                        archive);
    }

    /** The folder of the local stack. */
    Path folder() {
        return folder;
    }

    public GroupSettings settings() {
        return settings;
    }

    GroupSettings settingsWithoutArchive() {
        return GroupSettings.parse(yaml(""));
    }

    public Path settingsFile() throws IOException {
        return Files.writeString(folder.resolve("us.yaml"), settings.toYaml());
    }

    KafkaClients clients() {
        return new KafkaClients(settings.kafka());
    }

    /** Sends an event into shard 0. */
    RecordMetadata send(String dc, EventType type, String key, SpecificRecord event) {
        return send(type.centralTopic(dc), 0, key, WireFormat.value(ids.of(event.getSchema()), body(event)));
    }

    /** Sends an event with a trace into shard 0. */
    RecordMetadata send(String dc, EventType type, String key, SpecificRecord event, TraceParent trace) {
        return send(type.centralTopic(dc), 0, key, WireFormat.value(ids.of(event.getSchema()), body(event)), trace);
    }

    RecordMetadata send(String topic, int shard, String key, byte[] value) {
        return send(topic, shard, key, value, null);
    }

    /** @param trace null for none */
    RecordMetadata send(String topic, int shard, String key, byte[] value, TraceParent trace) {
        List<Header> headers =
                trace == null ? List.of() : List.of(new RecordHeader(TraceParent.HEADER, trace.toBytes()));
        try {
            return producer.send(
                            new ProducerRecord<>(topic, shard, key.getBytes(StandardCharsets.UTF_8), value, headers))
                    .get();
        } catch (Exception e) {
            throw new AssertionError("sending to " + topic + " failed", e);
        }
    }

    /** Tells every topic-partition that all events before a time have been sent. */
    public void sendBeacons(long time) {
        settings.dataCenters().forEach(dc -> sendBeacons(dc, "", time));
    }

    /**
     * Likewise for a data center.
     *
     * @param producer whose clock it is; an empty string for the data center's
     */
    public void sendBeacons(String dc, String producer, long time) {
        Beacon beacon = Beacon.newBuilder()
                .setTime(time)
                .setDc(dc)
                .setProducer(producer)
                .build();
        for (EventType type : EventType.values()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                send(
                        type.centralTopic(dc),
                        shard,
                        "beacon",
                        WireFormat.value(ids.of(Beacon.getClassSchema()), body(beacon)));
            }
        }
    }

    /** Creates the front topics of a data center, in the same Kafka. Returns its servers. */
    public String createFrontTopics() {
        for (EventType type : EventType.values()) {
            kafka.createTopic(type.plural(), SHARDS, Map.of());
        }
        return kafka.bootstrapServers();
    }

    /** Copies all records of the front topics to those of a data center, as the mirror does. */
    public void mirror(String dc) {
        for (EventType type : EventType.values()) {
            read(
                    type.plural(),
                    copied -> producer.send(new ProducerRecord<>(
                            type.centralTopic(dc),
                            copied.partition(),
                            copied.timestamp(),
                            copied.key(),
                            copied.value())));
        }
        producer.flush();
    }

    /** Reads all committed records of a topic. */
    public void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> record) {
        List<TopicPartition> partitions = IntStream.range(0, SHARDS)
                .mapToObj(shard -> new TopicPartition(topic, shard))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "enable.metrics.push",
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            await("all of " + topic + " is read", () -> {
                consumer.poll(POLL_TIMEOUT).forEach(record);
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
    }

    /** Creates a front topic with the original of a record. Returns its offset. */
    long sendOriginal(EventType type, RecordMetadata copy, String key, SpecificRecord event) {
        kafka.createTopic(type.plural(), SHARDS, Map.of());
        byte[] other = WireFormat.value(ids.of(event.getSchema()), new byte[] {1});
        byte[] value = WireFormat.value(ids.of(event.getSchema()), body(event));
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        try {
            for (byte[] before : List.of(other, other)) {
                producer.send(new ProducerRecord<>(type.plural(), 0, copy.timestamp(), keyBytes, before))
                        .get();
            }
            return producer.send(new ProducerRecord<>(type.plural(), 0, copy.timestamp(), keyBytes, value))
                    .get()
                    .offset();
        } catch (Exception e) {
            throw new AssertionError("sending to " + type.plural() + " failed", e);
        }
    }

    private static byte[] body(SpecificRecord event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A new process of a topology works until it has read everything. */
    public void run(TopologyDescriptor topology) throws Exception {
        List<Integer> shards = IntStream.range(0, SHARDS).boxed().toList();
        Map<TopicPartition, Long> ends = ends(topology);
        TopologyProcess.run(topology, settings, positions -> hasRead(positions.read(shards), ends));
    }

    private boolean hasRead(Map<Integer, Position> positions, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> {
            Position position = positions.get(end.getKey().partition());
            return position.nextOffset(
                            end.getKey().topic(), incarnation(end.getKey().topic()))
                    >= end.getValue();
        });
    }

    int incarnation(String topic) {
        return TopicSetup.incarnation(
                TopicSetup.describe(kafka.admin(), List.of(topic)).get(topic));
    }

    private Map<TopicPartition, Long> ends(TopologyDescriptor topology) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        topology.topics(settings).keySet().forEach(topic -> {
            for (int shard = 0; shard < SHARDS; shard++) {
                wanted.put(new TopicPartition(topic, shard), OffsetSpec.latest());
            }
        });
        Map<TopicPartition, Long> ends = new HashMap<>();
        try {
            kafka.admin()
                    .listOffsets(wanted)
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
        } catch (Exception e) {
            throw new AssertionError("the ends of the topics cannot be looked up", e);
        }
        return ends;
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + LIMIT + " in vain until " + what);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Ends all servers. */
    @Override
    public void close() {
        producer.close();
        zookeeper.close();
        postgres.close();
        kafka.close();
    }
}
