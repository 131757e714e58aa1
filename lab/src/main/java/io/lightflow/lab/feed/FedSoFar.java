package io.lightflow.lab.feed;

import io.lightflow.event.EventType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads from the headers of the last records how much of a feed each topic-partition already contains. */
final class FedSoFar {
    private static final int LAST_RECORDS = 200;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    private FedSoFar() {}

    /**
     * Per partition how many events of the feed had been read when its last record was written; 0 if it contains none.
     *
     * @throws FeedException if reading the last records takes more than a minute
     */
    static Map<TopicPartition, Long> read(String dc, FeedSettings settings, int feed) {
        String servers = settings.bootstrapServersByDc().get(dc);
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return read(consumer, partitions(dc, settings), feed, dc + " at " + servers);
        }
    }

    private static List<TopicPartition> partitions(String dc, FeedSettings settings) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (EventType type : EventType.values()) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                partitions.add(new TopicPartition(settings.topics().topic(dc, type), partition));
            }
        }
        return partitions;
    }

    private static Map<TopicPartition, Long> read(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, int feed, String where) {
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, AT_MOST);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, AT_MOST);
        Map<TopicPartition, Long> fed = new HashMap<>();
        partitions.forEach(partition -> fed.put(partition, 0L));
        List<TopicPartition> open = new ArrayList<>(partitions);
        for (TopicPartition partition : partitions) {
            consumer.seek(partition, Math.max(begins.get(partition), ends.get(partition) - LAST_RECORDS));
        }
        open.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
        while (!open.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                FeedHeader header = FeedHeader.parse(record.headers().lastHeader(FeedHeader.KEY));
                if (header != null && header.feed() == feed) {
                    fed.merge(new TopicPartition(record.topic(), record.partition()), header.read(), Math::max);
                }
            }
            open.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
            if (!open.isEmpty() && System.nanoTime() > deadline) {
                throw new FeedException("finding out what " + where + " holds of the feed: expected to read the last "
                        + LAST_RECORDS + " records of every partition within " + AT_MOST + ", still missing are "
                        + open + "; is the cluster up?");
            }
        }
        return fed;
    }
}
