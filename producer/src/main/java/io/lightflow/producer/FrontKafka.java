package io.lightflow.producer;

import io.lightflow.event.EventType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;

/** The data center's Kafka. Thread-safe. */
final class FrontKafka {
    private final Producer<byte[], byte[]> producer;
    private final int partitions;
    /** One bit for each topic that was found to have as many partitions as it should. */
    private final AtomicInteger verified = new AtomicInteger();

    private final Metric waitingThreads;

    /**
     * @param maxBlock how long a call may wait for Kafka
     * @throws KafkaException if the client refuses the settings, or finds no server of such a name
     */
    FrontKafka(LightEventsSettings settings, Duration maxBlock) {
        producer = new KafkaProducer<>(KafkaConfig.of(settings, maxBlock));
        partitions = settings.partitions();
        waitingThreads = producer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("waiting-threads"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "expected Kafka's producer to have a metric waiting-threads, found none"));
    }

    /**
     * Hands an event over. The callback hears of a refusal before this returns, on the thread of the caller; of
     * everything else later.
     *
     * @throws org.apache.kafka.common.KafkaException if it was not taken
     */
    void send(Outgoing event, Callback callback) {
        verify(event.type());
        producer.send(
                new ProducerRecord<>(
                        event.type().plural(),
                        Shard.of(event.key(), partitions),
                        event.timestampMs(),
                        event.key(),
                        event.value()),
                callback);
    }

    void sendBeacon(EventType type, int partition, long timeMs, byte[] value, Callback callback) {
        verify(type);
        producer.send(new ProducerRecord<>(type.plural(), partition, timeMs, null, value), callback);
    }

    /**
     * Nothing is sent to a topic with another number of partitions: its events would not meet those of other data
     * centers.
     *
     * @throws WrongPartitionsException if it has another number
     * @throws org.apache.kafka.common.errors.TimeoutException if that cannot be told now
     */
    void verify(EventType type) {
        int bit = 1 << type.ordinal();
        if ((verified.get() & bit) != 0) {
            return;
        }
        int found = producer.partitionsFor(type.plural()).size();
        if (found != partitions) {
            throw new WrongPartitionsException(type.plural(), partitions, found);
        }
        verified.accumulateAndGet(bit, (before, more) -> before | more);
    }

    /** Whether somebody waits for room in memory. */
    boolean isFull() {
        return ((Number) waitingThreads.metricValue()).doubleValue() > 0;
    }

    /** Waits for what is on its way, then gives it up: its callbacks hear of that. */
    void close(Duration timeout) {
        producer.close(timeout);
    }
}
