package io.lightflow.lab.feed;

import io.lightflow.event.EventType;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Sends the records of one data center. Used by one thread; several may share the Kafka producer. */
final class FrontProducer {
    private final Producer<byte[], byte[]> producer;
    private final int partitions;
    private final Map<EventType, String> topics = new EnumMap<>(EventType.class);
    private final Map<EventType, long[]> fedByPartition = new EnumMap<>(EventType.class);

    FrontProducer(String dc, FeedSettings settings, Producer<byte[], byte[]> producer) {
        this.producer = producer;
        this.partitions = settings.partitions();
        for (EventType type : EventType.values()) {
            topics.put(type, settings.topics().topic(dc, type));
            fedByPartition.put(type, new long[partitions]);
        }
    }

    /** The existing events; see {@link FedSoFar}. */
    void continueAfter(Map<TopicPartition, Long> fed) {
        Map<String, EventType> types = new HashMap<>();
        topics.forEach((type, topic) -> types.put(topic, type));
        fed.forEach(
                (partition, read) -> fedByPartition.get(types.get(partition.topic()))[partition.partition()] = read);
    }

    static byte[] key(FeedEvent event) {
        return event.key().getBytes(StandardCharsets.UTF_8);
    }

    boolean isThere(EventType type, byte[] key, long number) {
        return number <= fed(type, KeyPartitioner.partition(key, partitions));
    }

    /** How many events of the feed had been read when an earlier run wrote the partition's last record. */
    long fed(EventType type, int partition) {
        return fedByPartition.get(type)[partition];
    }

    void send(EventType type, byte[] key, byte[] value, long clockMs, Header header, Callback callback) {
        send(type, KeyPartitioner.partition(key, partitions), key, value, clockMs, header, callback);
    }

    /** @param header null for none */
    void send(EventType type, int partition, byte[] key, byte[] value, long clockMs, Header header, Callback callback) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.get(type), partition, clockMs, key, value);
        if (header != null) {
            record.headers().add(header);
        }
        producer.send(record, callback);
    }
}
