package io.lightflow.deploy.kafka;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A real broker, and what tests do to it: produce, also in transactions that are aborted, and read as anybody would.
 */
final class TestKafka implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);

    /** How a transaction of a test's own ends. */
    enum End {
        COMMIT,
        ABORT
    }

    /** May fail in any way, which fails the test. */
    @FunctionalInterface
    interface Condition {
        boolean holds();
    }

    private final EmbeddedKafka kafka;

    TestKafka(EmbeddedKafkaSettings settings) {
        kafka = new EmbeddedKafka(settings);
        kafka.start();
    }

    EmbeddedKafka broker() {
        return kafka;
    }

    Admin admin() {
        return kafka.admin();
    }

    GroupSettings settings(String group, int shards) {
        return settings(kafka.bootstrapServers(), group, shards);
    }

    static GroupSettings settings(String bootstrapServers, String group, int shards) {
        return GroupSettings.parse("""
                group: %s
                dataCenters: [one, two]
                shards: %d
                kafka: {bootstrapServers: "%s"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                """.formatted(group, shards, bootstrapServers));
    }

    KafkaClients clients() {
        return new KafkaClients(settings("any", 1).kafka());
    }

    /** The output topics and the ledger of a group. */
    void createOutputs(String group, int shards) {
        TopicSetup.createOutputs(kafka.admin(), settings(group, shards));
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", kafka.bootstrapServers());
        config.put("enable.metrics.push", false);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void produce(String topic, int partition, String... values) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (String value : values) {
                producer.send(record(topic, partition, value));
            }
        }
    }

    /** One transaction with one record for each value. */
    void transaction(End end, String topic, int partition, String... values) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "test-" + topic))) {
            producer.initTransactions();
            transaction(producer, end, topic, partition, values);
        }
    }

    static void transaction(
            KafkaProducer<byte[], byte[]> producer, End end, String topic, int partition, String... values) {
        producer.beginTransaction();
        for (String value : values) {
            producer.send(record(topic, partition, value));
        }
        producer.flush();
        if (end == End.COMMIT) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    static ProducerRecord<byte[], byte[]> record(String topic, int partition, String value) {
        return new ProducerRecord<>(
                topic, partition, "key".getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * All records of a topic that a reader with {@code read_committed} sees once no transaction is open, by partition
     * and offset.
     */
    List<ConsumerRecord<byte[], byte[]>> readCommitted(String topic, int partitions) {
        awaitNoOpenTransaction(topic, partitions);
        return read(topic, partitions, "read_committed");
    }

    List<ConsumerRecord<byte[], byte[]>> read(String topic, int partitions, String isolation) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "isolation.level",
                isolation,
                "auto.offset.reset",
                "earliest",
                "enable.metrics.push",
                false);
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (int partition = 0; partition < partitions; partition++) {
                TopicPartition one = new TopicPartition(topic, partition);
                consumer.assign(List.of(one));
                long end = consumer.endOffsets(List.of(one)).get(one);
                long deadline = System.nanoTime() + LIMIT.toNanos();
                while (consumer.position(one) < end) {
                    if (System.nanoTime() - deadline > 0) {
                        throw new AssertionError("could not read " + one + " up to " + end);
                    }
                    consumer.poll(Duration.ofMillis(100)).forEach(found::add);
                }
            }
        }
        return found;
    }

    /** The sum of the numbers in a topic, as a reader with {@code read_committed} sees it. */
    long committedSum(String topic, int partitions) {
        return readCommitted(topic, partitions).stream()
                .mapToLong(record -> ByteBuffer.wrap(record.value()).getLong())
                .sum();
    }

    /** A commit is told to its producer shortly before its markers are in all partitions, for readers to see. */
    void awaitNoOpenTransaction(String topic, int partitions) {
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        await("no transaction is open in " + topic, () -> {
            Map<TopicPartition, Long> stable = ends(all, IsolationLevel.READ_COMMITTED);
            return stable.equals(ends(all, IsolationLevel.READ_UNCOMMITTED));
        });
    }

    /** Offset behind the last record or marker, whatever its fate. */
    long logEnd(String topic, int partition) {
        TopicPartition one = new TopicPartition(topic, partition);
        return ends(List.of(one), IsolationLevel.READ_UNCOMMITTED).get(one);
    }

    private Map<TopicPartition, Long> ends(List<TopicPartition> partitions, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        await("the ends of " + partitions + " are known", () -> {
            try {
                kafka.admin()
                        .listOffsets(latest, new ListOffsetsOptions(isolation))
                        .all()
                        .get()
                        .forEach((partition, end) -> ends.put(partition, end.offset()));
                return true;
            } catch (ExecutionException e) {
                // Shortly after a topic was created, a broker may not know it yet.
                if (e.getCause() instanceof RetriableException) {
                    return false;
                }
                throw new AssertionError("looking up the ends of " + partitions + " failed", e);
            } catch (InterruptedException e) {
                throw new AssertionError("looking up the ends of " + partitions + " was interrupted", e);
            }
        });
        return ends;
    }

    /** Waits for a condition that something else brings about. */
    static void await(String what, Condition condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + LIMIT + " in vain until " + what);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Override
    public void close() {
        kafka.close();
    }
}
