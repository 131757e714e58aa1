package io.lightflow.topology.kafka;

import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.Ledger;
import io.lightflow.sink.SinkUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The positions of the topology {@code dataflow}: the last committed record of each partition of the group's ledger
 * topic. It is a record in a compacted topic instead of the metadata of a committed offset. Kafka forgets the offsets
 * of a group that is inactive for {@code offsets.retention.minutes}, and drops those of a deleted topic.
 *
 * <p>A commit becomes visible shortly after it returns, when Kafka has written its markers. A new owner of a shard has
 * waited for them. Not thread-safe.
 */
public final class KafkaLedger implements Ledger {
    /** A commit takes two offsets: its record and the transaction's marker. */
    private static final long FIRST_LOOKBACK = 16;

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;

    public KafkaLedger(KafkaClients clients, String group) {
        this.topic = GroupTopics.ledger(group);
        this.consumer = clients.consumer("lightflow-ledger-" + group, 1_000);
    }

    @Override
    public Position read(int shard) {
        return readAll(List.of(shard)).get(shard);
    }

    /** The committed positions of several shards in few round trips. */
    public Map<Integer, Position> readAll(Collection<Integer> shards) {
        Map<Integer, Position> positions = new TreeMap<>();
        try {
            List<TopicPartition> wanted = shards.stream()
                    .map(shard -> new TopicPartition(topic, shard))
                    .collect(Collectors.toList());
            // Offsets of partitions that are not assigned are told with a warning for each.
            consumer.assign(wanted);
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(wanted);
            Map<TopicPartition, Long> ends = consumer.endOffsets(wanted);
            for (long look = FIRST_LOOKBACK; !wanted.isEmpty(); look *= 8) {
                Map<TopicPartition, Position> found = lastRecords(wanted, begins, ends, look);
                found.forEach((partition, position) -> positions.put(partition.partition(), position));
                wanted.removeAll(found.keySet());
                long looked = look;
                wanted.removeIf(partition -> {
                    boolean everything = ends.get(partition) - looked <= begins.get(partition);
                    if (everything) {
                        positions.put(partition.partition(), Position.START);
                    }
                    return everything;
                });
            }
            return positions;
        } catch (KafkaException e) {
            throw new SinkUnavailableException("reading the ledger " + topic + " failed: " + e.getMessage(), e);
        }
    }

    private Map<TopicPartition, Position> lastRecords(
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends,
            long look) {
        Map<TopicPartition, String> last = new HashMap<>();
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            consumer.seek(partition, Math.max(begins.get(partition), ends.get(partition) - look));
        }
        long deadline = System.nanoTime() + KafkaClients.API_TIMEOUT.toNanos();
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("no answer within " + KafkaClients.API_TIMEOUT);
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                last.put(
                        new TopicPartition(topic, record.partition()),
                        new String(record.value(), StandardCharsets.US_ASCII));
            }
        }
        Map<TopicPartition, Position> positions = new HashMap<>();
        last.forEach((partition, encoded) -> positions.put(partition, PositionCodec.decode(encoded)));
        return positions;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
