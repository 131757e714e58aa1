package io.lightflow.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.mirror.DataCenter;
import io.lightflow.mirror.KafkaCluster;
import io.lightflow.mirror.Mirror;
import io.lightflow.mirror.MirrorAudit;
import io.lightflow.mirror.MirrorAudit.PartitionReport;
import io.lightflow.mirror.MirrorSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the center gets is what the data centers have, exactly once, whatever stops in between. The tests go on with the
 * clusters of the one before, and with its mirror if that still runs: starting them takes longer than all the rest.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MirrorTest {
    private static final Map<String, Integer> TOPICS = Map.of("impressions", 3, "clicks", 3, "tags", 1);
    /** Produced before each kill, which interrupts their copying. */
    private static final int RECORDS_PER_KILL = 4_000;

    private static final long YEAR_2013 = 1_370_000_000_000L;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private final Random random = new Random(SEED);
    private final EmbeddedKafka central;
    private final Map<String, EmbeddedKafka> fronts;
    private MirrorSettings settings;
    private Mirror mirror;
    private int produced;

    MirrorTest(@TempDir Path directory) {
        central = new EmbeddedKafka(directory.resolve("central"));
        fronts = Map.of(
                "us-west",
                new EmbeddedKafka(directory.resolve("us-west")),
                "us-east",
                new EmbeddedKafka(directory.resolve("us-east")));
    }

    @BeforeAll
    void startClusters() {
        System.out.println("seed=" + SEED);
        Stream.concat(Stream.of(central), fronts.values().stream()).parallel().forEach(EmbeddedKafka::start);
        List<DataCenter> dataCenters = new ArrayList<>();
        fronts.forEach((name, front) -> {
            TOPICS.forEach((topic, partitions) -> front.createTopic(topic, partitions, Map.of()));
            front.createTopic("unrelated", 1, Map.of());
            dataCenters.add(new DataCenter(name, KafkaCluster.at(front.bootstrapServers())));
        });
        settings = MirrorSettings.local(KafkaCluster.at(central.bootstrapServers()), dataCenters);
    }

    private Mirror running() {
        if (mirror == null) {
            mirror = new Mirror(settings);
            mirror.start();
        }
        return mirror;
    }

    private void stopMirror() {
        if (mirror != null) {
            mirror.close();
            mirror = null;
        }
    }

    @AfterAll
    void stopAll() {
        stopMirror();
        fronts.values().forEach(EmbeddedKafka::close);
        central.close();
    }

    @Test
    @Order(1)
    void aMirrorThatIsKilledAndStartedAgainLosesAndDoublesNothing() throws Exception {
        stopMirror();
        for (int round = 0; round < 2; round++) {
            produce(RECORDS_PER_KILL);
            long enough = written() + random.nextInt(RECORDS_PER_KILL);
            Process killed = startInAnotherJvm();
            try {
                Await.until("some records were written", LIMIT, () -> written() > enough);
            } finally {
                killed.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
            }
            assertCopiesArePrefixes();
            System.out.printf("killed after %d of %d records%n", copied(), produced);
        }
        running();
        awaitCopies();
    }

    @Test
    @Order(2)
    void everyRecordArrivesOnceWithItsKeyPartitionOrderTimeAndHeaders() throws Exception {
        produce(2_000);
        running().awaitRunning(LIMIT);
        awaitCopies();
        produce(2_000);
        awaitCopies();
        assertThat(central.admin().listTopics().names().get())
                .contains("us-west.clicks", "us-east.tags")
                .noneMatch(topic -> topic.contains("unrelated"));
        for (EmbeddedKafka front : fronts.values()) {
            assertThat(front.admin().listTopics().names().get())
                    .as("the mirror writes nothing to a front cluster")
                    .doesNotContain("heartbeats")
                    .noneMatch(topic -> topic.startsWith("mm2-"));
        }
    }

    @Test
    @Order(3)
    void theMirrorGoesOnWhenTheCentralClusterWasAway() throws Exception {
        produce(100);
        running();
        awaitCopies();
        central.close();
        produce(500);
        central.start();
        awaitCopies();
    }

    /** The last one, since what it does to a copy stays. */
    @Test
    @Order(4)
    void theAuditAgreesAndFindsWhatIsDoneToACopy() throws Exception {
        produce(1_000);
        running();
        awaitCopies();
        stopMirror();
        MirrorAudit audit = new MirrorAudit(settings);
        List<PartitionReport> clean = audit.run();
        assertThat(clean).hasSize(fronts.size() * partitions().size()).allMatch(PartitionReport::exact);
        assertThat(clean.stream().mapToLong(PartitionReport::copy).sum()).isEqualTo(produced);
        assertThat(clean.stream().mapToLong(PartitionReport::lag).sum()).isZero();

        produce(100);
        try (KafkaProducer<byte[], byte[]> producer =
                producer(Map.of("bootstrap.servers", central.bootstrapServers()))) {
            producer.send(new ProducerRecord<>("us-west.tags", 0, YEAR_2013, null, new byte[] {1}));
        }
        List<PartitionReport> found = audit.run();
        assertThat(found).filteredOn(report -> !report.exact()).singleElement().satisfies(report -> {
            assertThat(report.dataCenter()).isEqualTo("us-west");
            assertThat(report.topic()).isEqualTo("tags");
            assertThat(report.surplus()).isEqualTo(1);
        });
        assertThat(found.stream().mapToLong(PartitionReport::lag).sum()).isEqualTo(100);
    }

    private void awaitCopies() throws Exception {
        // Also markers and aborted records take an offset, so at least as many as records were produced.
        Await.until("enough records were written", LIMIT, () -> written() >= produced);
        Await.until("all " + produced + " records were copied", LIMIT, () -> copied() >= produced);
        assertThat(copies()).isEqualTo(originals());
    }

    private void assertCopiesArePrefixes() {
        Map<String, List<String>> originals = originals();
        copies().forEach((partition, copies) -> assertThat(
                        originals.get(partition).subList(0, copies.size()))
                .as(partition)
                .isEqualTo(copies));
    }

    private int copied() {
        int[] copied = {0};
        read(central, record -> copied[0]++);
        return copied[0];
    }

    /** Offsets taken on the central cluster, also by records that are not committed. */
    private long written() throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        Set<String> topics = central.admin().listTopics().names().get();
        for (String dataCenter : fronts.keySet()) {
            partitions().stream()
                    .map(partition -> new TopicPartition(dataCenter + "." + partition.topic(), partition.partition()))
                    .filter(copy -> topics.contains(copy.topic()))
                    .forEach(copy -> latest.put(copy, OffsetSpec.latest()));
        }
        return central.admin().listOffsets(latest).all().get().values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    private Map<String, List<String>> copies() {
        return records(central, "");
    }

    private Map<String, List<String>> originals() {
        Map<String, List<String>> all = new HashMap<>();
        fronts.forEach((dataCenter, front) -> all.putAll(records(front, dataCenter + ".")));
        return all;
    }

    private static List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>();
        TOPICS.forEach((topic, partitions) -> {
            for (int partition = 0; partition < partitions; partition++) {
                all.add(new TopicPartition(topic, partition));
            }
        });
        return all;
    }

    /** Half of them plain, half in transactions, of which one in four is aborted and does not count. */
    private void produce(int count) {
        fronts.forEach((dataCenter, front) -> {
            Map<String, Object> config = Map.of("bootstrap.servers", front.bootstrapServers(), "linger.ms", 5);
            try (KafkaProducer<byte[], byte[]> producer = producer(config)) {
                for (int i = 0; i < count / 4; i++) {
                    producer.send(nextRecord());
                    produced++;
                }
            }
            Map<String, Object> transactional = new HashMap<>(config);
            transactional.put("transactional.id", dataCenter + "-test");
            try (KafkaProducer<byte[], byte[]> producer = producer(transactional)) {
                producer.initTransactions();
                for (int left = count / 4; left > 0; ) {
                    int size = Math.min(left, 1 + random.nextInt(200));
                    producer.beginTransaction();
                    for (int i = 0; i < size; i++) {
                        producer.send(nextRecord());
                    }
                    if (random.nextInt(4) == 0) {
                        producer.abortTransaction();
                    } else {
                        producer.commitTransaction();
                        left -= size;
                        produced += size;
                    }
                }
            }
        });
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private ProducerRecord<byte[], byte[]> nextRecord() {
        List<TopicPartition> all = partitions();
        TopicPartition partition = all.get(random.nextInt(all.size()));
        byte[] value = new byte[1 + random.nextInt(300)];
        random.nextBytes(value);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                YEAR_2013 + random.nextInt(100_000_000),
                random.nextInt(10) == 0 ? null : ("cookie-" + random.nextInt(50)).getBytes(StandardCharsets.UTF_8),
                value);
        record.headers().add("trace", new byte[] {1, (byte) random.nextInt()});
        return record;
    }

    /** All committed records of the light topics, by prefix and partition, each as a string that holds all of it. */
    private static Map<String, List<String>> records(EmbeddedKafka cluster, String prefix) {
        Map<String, List<String>> records = new HashMap<>();
        List<TopicPartition> all = read(cluster, record -> records.computeIfAbsent(
                        prefix + new TopicPartition(record.topic(), record.partition()), none -> new ArrayList<>())
                .add(record.timestamp() + " " + Arrays.toString(record.key()) + " " + record.headers() + " "
                        + HexFormat.of().formatHex(record.value())));
        all.forEach(partition -> records.computeIfAbsent(prefix + partition, none -> List.of()));
        return records;
    }

    /** Reads all committed records of the light topics. Returns their partitions. */
    private static List<TopicPartition> read(EmbeddedKafka cluster, Consumer<ConsumerRecord<byte[], byte[]>> record) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                100_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.listTopics().entrySet().stream()
                    .filter(topic -> TOPICS.keySet().stream().anyMatch(topic.getKey()::endsWith))
                    .flatMap(topic -> topic.getValue().stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (!all.stream().allMatch(partition -> consumer.position(partition) >= ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record);
            }
            return all;
        }
    }

    private Process startInAnotherJvm() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OtherJvm.class.getName(),
                central.bootstrapServers()));
        fronts.forEach((name, front) -> command.add(name + "=" + front.bootstrapServers()));
        return new ProcessBuilder(command).inheritIO().start();
    }

    /** A mirror that waits to be killed. */
    static final class OtherJvm {
        public static void main(String[] arguments) throws InterruptedException {
            List<DataCenter> dataCenters = Arrays.stream(arguments)
                    .skip(1)
                    .map(argument -> argument.split("="))
                    .map(pair -> new DataCenter(pair[0], KafkaCluster.at(pair[1])))
                    .toList();
            new Mirror(MirrorSettings.local(KafkaCluster.at(arguments[0]), dataCenters)).start();
            Thread.currentThread().join();
        }
    }
}
