package io.lightflow.topology.rejected;

import io.lightflow.event.EventOrigin;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Sends rejected records to their light topics again, with key, value, partition and timestamp as they were. A record
 * that was rejected several times is sent once. Not thread-safe.
 */
final class Redrive implements AutoCloseable {
    private final Set<String> lightTopics;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Set<ByteBuffer> sentDigests = new HashSet<>();
    private final MessageDigest digest;
    private long sent;
    private long repeated;
    private long unsendable;

    Redrive(GroupSettings settings) {
        lightTopics = GroupTopics.light(settings).keySet();
        producer = new KafkaClients(settings.kafka()).idempotentProducer("lightflow-redrive-" + settings.group());
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void send(RejectedRecord record) {
        EventOrigin origin = record.origin();
        byte[] key = record.key();
        byte[] value = record.value();
        if (!lightTopics.contains(origin.getTopic()) || value == null || isCut(key) || isCut(value)) {
            unsendable++;
        } else if (!sentDigests.add(digest(origin.getTopic(), key, value))) {
            repeated++;
        } else {
            sent++;
            long producedMs = record.event().getProvenance().getProducedMs();
            producer.send(
                    new ProducerRecord<>(origin.getTopic(), origin.getPartition(), Math.max(0, producedMs), key, value),
                    (metadata, e) -> {
                        if (e != null) {
                            failure.compareAndSet(null, e);
                        }
                    });
        }
    }

    /** Whether the rejected topic holds only the first bytes of it. */
    private static boolean isCut(byte[] bytes) {
        return bytes != null && bytes.length >= LightEventDecoder.MAX_RECORD_BYTES;
    }

    private ByteBuffer digest(String topic, byte[] key, byte[] value) {
        digest.update(topic.getBytes(StandardCharsets.UTF_8));
        digest.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(key == null ? -1 : key.length)
                .array());
        if (key != null) {
            digest.update(key);
        }
        return ByteBuffer.wrap(digest.digest(value));
    }

    /**
     * Waits until Kafka has acknowledged all records.
     *
     * @throws KafkaException if it did not; a second redrive is harmless
     */
    void finish() {
        producer.flush();
        Exception failed = failure.get();
        if (failed != null) {
            throw new KafkaException(
                    "not every record was sent again: " + failed.getMessage() + "; run the command again", failed);
        }
    }

    /** Number of records that were sent. */
    long sent() {
        return sent;
    }

    /** Number of records that are equal to one that was sent. */
    long repeated() {
        return repeated;
    }

    /** Number of records without a value, with more bytes than are kept, or of topics that the group does not read. */
    long unsendable() {
        return unsendable;
    }

    @Override
    public void close() {
        producer.close();
    }
}
