package io.lightflow.producer;

import io.lightflow.event.LightEventDecoder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The configuration of Kafka's producer. */
final class KafkaProducerConfig {
    /** Properties that the guarantees depend on, or that have their own setting. */
    private static final Set<String> FIXED = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            ProducerConfig.RETRIES_CONFIG,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            ProducerConfig.LINGER_MS_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

    private static final int BATCH_BYTES = 128 << 10;
    /** The longest accepted record and the headers around it. */
    private static final int MAX_REQUEST_BYTES = LightEventDecoder.MAX_RECORD_BYTES + (64 << 10);

    private KafkaProducerConfig() {}

    static void requireAllowed(Map<String, String> properties) {
        Set<String> fixed = new TreeSet<>(properties.keySet());
        fixed.retainAll(FIXED);
        if (!fixed.isEmpty()) {
            throw new IllegalArgumentException(
                    "kafka: expected none of the properties that the guarantees depend on, found " + fixed
                            + "; remove them");
        }
    }

    /** @throws IllegalArgumentException if Kafka's client rejects the settings regardless of the environment */
    static void requireValid(LightEventsSettings settings) {
        try {
            new ProducerConfig(of(settings, Duration.ZERO));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("Kafka's client rejects the settings: " + e.getMessage(), e);
        }
    }

    static Map<String, Object> of(LightEventsSettings settings, Duration maxBlock) {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        config.put("enable.metrics.push", false);
        // The other strategy forgets all topics while no broker is reachable, and accepts nothing until it sees them
        // again.
        config.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
        config.putAll(settings.kafka());
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // A broker that does not know the producer accepts any sequence number. With more requests in flight, a
        // partition whose leader is not ready yet can reject a producer's first batch and accept the second. The first
        // batch is then rejected permanently.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // Accepted events are retried for as long as the process lives: the policy gives up only before it accepts an
        // event.
        config.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, maxBlock.toMillis());
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, settings.bufferBytes());
        config.put(ProducerConfig.LINGER_MS_CONFIG, settings.linger().toMillis());
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return config;
    }
}
