package io.lightflow.mirror;

import io.lightflow.mirror.PartitionComparison.Result;
import io.lightflow.mirror.PartitionComparison.Trimmed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the light topics of every data center and their copies, and reports records that are not copied yet, missing or
 * duplicated. It only reads, and only committed records. The mirror may keep running, because the end of a copy is read
 * before the end of the front partition.
 */
public final class MirrorAudit {
    /** At this limit they use about 100 MB. */
    private static final int MAX_DIFFERENCES = 1_000_000;

    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    /** Within this time each side must return another record or reach its end. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(60);

    private final MirrorSettings settings;

    public MirrorAudit(MirrorSettings settings) {
        this.settings = settings;
    }

    /**
     * One partition of one topic of one data center.
     *
     * @param partitionsInFront partition count of its topic on the front cluster
     * @param partitionsOfCopy partition count of the topic's copy; 0 if there is no copy
     */
    public record PartitionReport(
            String dataCenter,
            String topic,
            int partition,
            int partitionsInFront,
            int partitionsOfCopy,
            long front,
            long copy,
            long lag,
            long missing,
            long surplus,
            long outOfOrder) {

        /** Whether no record is missing, duplicated or out of order; the copy may lag. */
        public boolean exact() {
            boolean samePartitions = partitionsOfCopy == 0 || partitionsOfCopy == partitionsInFront;
            return samePartitions && missing == 0 && surplus == 0 && outOfOrder == 0;
        }
    }

    /**
     * Compares all topics, partition by partition.
     *
     * @throws IllegalStateException if a cluster stops responding, or if a partition and its copy have nothing in
     *     common
     */
    public List<PartitionReport> run() {
        List<PartitionReport> reports = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> central = consumer(settings.central())) {
            Map<String, Integer> copies = partitionCounts(central);
            for (DataCenter dataCenter : settings.dataCenters()) {
                try (KafkaConsumer<byte[], byte[]> front = consumer(dataCenter.front())) {
                    Map<String, Integer> topics = partitionCounts(front);
                    Set<String> present = new TreeSet<>(settings.topics());
                    present.retainAll(topics.keySet());
                    for (String topic : present) {
                        int inFront = topics.get(topic);
                        int ofCopy = copies.getOrDefault(dataCenter.centralTopic(topic), 0);
                        IntStream.range(0, Math.max(inFront, ofCopy))
                                .mapToObj(partition -> new PartitionPair(
                                        dataCenter.name(),
                                        new TopicPartition(topic, partition),
                                        new TopicPartition(dataCenter.centralTopic(topic), partition),
                                        inFront,
                                        ofCopy))
                                .forEach(pair -> reports.add(pair.compare(front, central)));
                    }
                }
            }
        }
        return reports;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaCluster cluster) {
        Map<String, Object> config = new HashMap<>(cluster.client());
        config.put("bootstrap.servers", cluster.bootstrapServers());
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        config.put("client.id", "mirror-audit");
        config.put("max.poll.records", "5000");
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Integer> partitionCounts(KafkaConsumer<byte[], byte[]> consumer) {
        Map<String, Integer> counts = new HashMap<>();
        consumer.listTopics().forEach((topic, partitions) -> counts.put(topic, partitions.size()));
        return counts;
    }

    private record PartitionPair(
            String dataCenter,
            TopicPartition original,
            TopicPartition duplicate,
            int partitionsInFront,
            int partitionsOfCopy) {

        PartitionReport compare(KafkaConsumer<byte[], byte[]> front, KafkaConsumer<byte[], byte[]> central) {
            PartitionComparison comparison = new PartitionComparison(MAX_DIFFERENCES);
            PartitionReader copy = new PartitionReader(central, duplicate, duplicate.partition() < partitionsOfCopy);
            PartitionReader source = new PartitionReader(front, original, original.partition() < partitionsInFront);
            try {
                while (!copy.atEnd() || !source.atEnd()) {
                    boolean frontLags = comparison.frontCount() <= comparison.copyCount();
                    if (!source.atEnd() && (frontLags || copy.atEnd())) {
                        source.poll()
                                .forEach(record -> comparison.front(RecordFingerprint.of(record), record.offset()));
                    } else {
                        copy.poll().forEach(record -> comparison.copy(RecordFingerprint.of(record), record.offset()));
                    }
                }
            } catch (IllegalStateException e) {
                throw new IllegalStateException(
                        "Comparing " + original + " of " + dataCenter + " with " + duplicate + " failed: "
                                + e.getMessage(),
                        e);
            }
            return report(comparison.result(source.trimmed(), copy.trimmed()));
        }

        private PartitionReport report(Result result) {
            return new PartitionReport(
                    dataCenter,
                    original.topic(),
                    original.partition(),
                    partitionsInFront,
                    partitionsOfCopy,
                    result.front(),
                    result.copy(),
                    result.lag(),
                    result.missing(),
                    result.surplus(),
                    result.outOfOrder());
        }
    }

    /** Reads one partition of one cluster, from its beginning to its end at construction. */
    private static final class PartitionReader {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final TopicPartition partition;
        private final long begin;
        private final long end;
        private long position;

        PartitionReader(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, boolean exists) {
            this.consumer = consumer;
            this.partition = partition;
            if (exists) {
                consumer.assign(List.of(partition));
                begin = consumer.beginningOffsets(List.of(partition)).get(partition);
                end = consumer.endOffsets(List.of(partition)).get(partition);
                consumer.seek(partition, begin);
            } else {
                begin = 0;
                end = 0;
            }
            position = begin;
        }

        boolean atEnd() {
            return position >= end;
        }

        Trimmed trimmed() {
            return begin > 0 ? Trimmed.YES : Trimmed.NO;
        }

        List<ConsumerRecord<byte[], byte[]>> poll() {
            long deadline = System.nanoTime() + STALL_LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                List<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL_TIMEOUT).records(partition).stream()
                        .filter(record -> record.offset() < end)
                        .toList();
                long reached = consumer.position(partition);
                if (reached > position) {
                    position = reached;
                    return records;
                }
            }
            throw new IllegalStateException("expected a record of " + partition + " within " + STALL_LIMIT.toSeconds()
                    + " s, found none at offset " + position + " of " + end + ". Check that its cluster is available");
        }
    }
}
