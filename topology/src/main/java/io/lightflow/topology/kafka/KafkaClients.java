package io.lightflow.topology.kafka;

import io.lightflow.topology.settings.KafkaSection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;

/** Creates clients of the central cluster. Settings cannot change the properties that exactly-once depends on. */
public final class KafkaClients {
    /** No call of a client blocks for longer. */
    static final Duration API_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration AT_END = Duration.ofMillis(100);
    /** Each task has a consumer. */
    private static final int FETCH_HEAP_SHARE = 32;
    /** Each task has a producer, and each shard for a moment. */
    private static final int PRODUCER_HEAP_SHARE = 32;

    private final KafkaSection settings;

    public KafkaClients(KafkaSection settings) {
        this.settings = settings;
    }

    private Map<String, Object> common(String clientId) {
        Map<String, Object> config = new HashMap<>(settings.resolvedProperties());
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        config.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) API_TIMEOUT.toMillis());
        config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) API_TIMEOUT.toMillis());
        config.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        config.put("enable.metrics.push", false);
        return config;
    }

    /** A share of the heap, within bounds. A broker returns at least one batch, however small the limit is. */
    private static long heapShare(int share, long least, long most) {
        return Math.max(least, Math.min(most, Runtime.getRuntime().maxMemory() / share));
    }

    public Admin admin(String clientId) {
        return Admin.create(common(clientId));
    }

    /**
     * A consumer of committed records, in no group. It never moves by itself: a missing offset is an error
     * ({@code auto.offset.reset=none}).
     */
    public KafkaConsumer<byte[], byte[]> consumer(String clientId, int maxPollRecords) {
        return consumer(clientId, maxPollRecords, AT_END);
    }

    /** @param atEnd how long a broker holds back a request that finds nothing new */
    public KafkaConsumer<byte[], byte[]> consumer(String clientId, int maxPollRecords, Duration atEnd) {
        return consumer(clientId, maxPollRecords, atEnd, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** @param limiter ends polls that have enough bytes */
    public KafkaConsumer<byte[], byte[]> consumer(String clientId, int maxPollRecords, PollLimiter limiter) {
        return consumer(clientId, maxPollRecords, AT_END, limiter.keys(), limiter.values());
    }

    private KafkaConsumer<byte[], byte[]> consumer(
            String clientId,
            int maxPollRecords,
            Duration atEnd,
            Deserializer<byte[]> keys,
            Deserializer<byte[]> values) {
        Map<String, Object> config = common(clientId);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPollRecords);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1 << 20);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, (int) heapShare(FETCH_HEAP_SHARE, 1 << 20, 32 << 20));
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) atEnd.toMillis());
        config.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
        config.put(ConsumerConfig.CHECK_CRCS_CONFIG, true);
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
        return new KafkaConsumer<>(config, keys, values);
    }

    /** A producer of records without a transaction, each of which is written once unless the client ends in between. */
    public KafkaProducer<byte[], byte[]> idempotentProducer(String clientId) {
        Map<String, Object> config = common(clientId);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicSetup.MAX_OUTPUT_BYTES);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** @param timeout after which the broker aborts a transaction */
    KafkaProducer<byte[], byte[]> transactionalProducer(String transactionalId, Duration timeout) {
        Map<String, Object> config = common(transactionalId);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Math.toIntExact(timeout.toMillis()));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, API_TIMEOUT.toMillis());
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, heapShare(PRODUCER_HEAP_SHARE, 16 << 20, 64 << 20));
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicSetup.MAX_OUTPUT_BYTES);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.SEND_BUFFER_CONFIG, 1 << 20);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
