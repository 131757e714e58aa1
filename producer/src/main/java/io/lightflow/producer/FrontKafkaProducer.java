package io.lightflow.producer;

import io.lightflow.event.EventType;
import io.lightflow.event.TraceParent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Sends records to the data center's Kafka. Thread-safe. */
final class FrontKafkaProducer {
    private final Producer<byte[], byte[]> producer;
    private final int partitions;
    /** One bit for each topic whose partition count was verified. */
    private final AtomicInteger verified = new AtomicInteger();

    private final Metric waitingThreads;

    /**
     * @param maxBlock how long a call may wait for Kafka
     * @throws KafkaException if the client rejects the settings, or cannot resolve any server name
     */
    FrontKafkaProducer(LightEventsSettings settings, Duration maxBlock) {
        producer = new KafkaProducer<>(KafkaProducerConfig.of(settings, maxBlock));
        partitions = settings.partitions();
        waitingThreads = producer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("waiting-threads"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "expected Kafka's producer to have a metric waiting-threads, found none"));
    }

    /**
     * Hands an event to Kafka's client. The callback receives a refusal on the caller's thread, before this method
     * returns, and every other outcome later.
     *
     * @throws org.apache.kafka.common.KafkaException if the client did not accept it
     */
    void send(OutgoingEvent event, Callback callback) {
        verify(event.type());
        producer.send(
                new ProducerRecord<>(
                        event.type().plural(),
                        Shard.of(event.key(), partitions),
                        event.timestampMs(),
                        event.key(),
                        event.value(),
                        headers(event)),
                callback);
    }

    private static List<Header> headers(OutgoingEvent event) {
        return event.trace() == null
                ? List.of()
                : List.of(new RecordHeader(TraceParent.HEADER, event.trace().toBytes()));
    }

    void sendBeacon(EventType type, int partition, long timeMs, byte[] value, Callback callback) {
        verify(type);
        producer.send(new ProducerRecord<>(type.plural(), partition, timeMs, null, value), callback);
    }

    /**
     * Verifies the partition count. With a different count, events would not meet those of other data centers.
     *
     * @throws PartitionCountMismatchException if the count differs from the settings
     * @throws org.apache.kafka.common.errors.TimeoutException if the count is unknown at the moment
     */
    void verify(EventType type) {
        int bit = 1 << type.ordinal();
        if ((verified.get() & bit) != 0) {
            return;
        }
        int found = producer.partitionsFor(type.plural()).size();
        if (found != partitions) {
            throw new PartitionCountMismatchException(type.plural(), partitions, found);
        }
        verified.accumulateAndGet(bit, (before, more) -> before | more);
    }

    /** Whether a thread waits for buffer memory. */
    boolean isFull() {
        return ((Number) waitingThreads.metricValue()).doubleValue() > 0;
    }

    /** Waits for records in flight, then aborts them; their callbacks receive the failure. */
    void close(Duration timeout) {
        producer.close(timeout);
    }
}
