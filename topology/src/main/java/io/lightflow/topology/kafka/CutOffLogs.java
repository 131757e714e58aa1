package io.lightflow.topology.kafka;

import io.lightflow.position.TopicPosition.Incarnation;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Finds topic-partitions that lost records which were read, as by an unclean leader election. */
public final class CutOffLogs {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private CutOffLogs() {}

    /**
     * Asks the brokers whether their logs hold what was read. The leader epochs reveal a log that was cut off and
     * filled again. An incarnation without an epoch is not compared.
     *
     * @param consumer its assignment is replaced
     * @param read how far each topic-partition was read
     * @return the offsets at which logs were cut off
     * @throws org.apache.kafka.common.KafkaException if the cluster is unavailable
     */
    public static Map<TopicPartition, Long> find(Consumer<?, ?> consumer, Map<TopicPartition, Incarnation> read) {
        Set<TopicPartition> left = new HashSet<>();
        read.forEach((partition, at) -> {
            if (at.leaderEpoch() != Incarnation.NO_EPOCH) {
                left.add(partition);
            }
        });
        consumer.assign(left);
        consumer.pause(left);
        // It does not compare epochs unless it knows the leaders when it seeks.
        consumer.endOffsets(left, TIMEOUT);
        left.forEach(partition -> {
            Incarnation at = read.get(partition);
            consumer.seek(partition, new OffsetAndMetadata(at.nextOffset(), Optional.of(at.leaderEpoch()), ""));
        });
        Map<TopicPartition, Long> cutOff = new HashMap<>();
        while (!left.isEmpty()) {
            try {
                left.forEach(partition -> consumer.position(partition, TIMEOUT));
                break;
            } catch (LogTruncationException e) {
                e.offsetOutOfRangePartitions().keySet().forEach(partition -> {
                    OffsetAndMetadata end = e.divergentOffsets().get(partition);
                    cutOff.put(partition, end == null ? 0 : end.offset());
                    left.remove(partition);
                });
                consumer.assign(left);
            }
        }
        return cutOff;
    }
}
