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
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

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
    /** The header that names the {@code transactional.id} of the shard's owner. */
    private static final String WRITER = "writer";
    /** In place of a writer: the ledger does not show a position. */
    static final String NOT_THERE = "";

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * The last record of a shard.
     *
     * @param writer the {@code transactional.id} of the owner; null if there is no record, a former build wrote it, or
     *     the owner has released the shard
     */
    private record Entry(Position position, String writer) {
        static final Entry NONE = new Entry(Position.START, null);

        static Entry of(ConsumerRecord<byte[], byte[]> record) {
            Header writer = record.headers().lastHeader(WRITER);
            return new Entry(
                    PositionCodec.decode(new String(record.value(), StandardCharsets.US_ASCII)),
                    writer == null ? null : new String(writer.value(), StandardCharsets.US_ASCII));
        }
    }

    public KafkaLedger(KafkaClients clients, String group) {
        this.topic = GroupTopics.ledger(group);
        this.consumer = clients.consumer("lightflow-ledger-" + group, 1_000);
    }

    @Override
    public Position read(int shard) {
        return readAll(List.of(shard)).get(shard);
    }

    /** The header of a record that names its shard's owner. */
    static Header writer(String transactionalId) {
        return new RecordHeader(WRITER, transactionalId.getBytes(StandardCharsets.US_ASCII));
    }

    /** The committed positions of several shards in few round trips. */
    public Map<Integer, Position> readAll(Collection<Integer> shards) {
        Map<Integer, Position> positions = new TreeMap<>();
        entries(shards).forEach((shard, entry) -> positions.put(shard, entry.position()));
        return positions;
    }

    /** The {@code transactional.id} of the last owners of several shards, as far as there are any. */
    Set<String> writers(Collection<Integer> shards) {
        return entries(shards).values().stream()
                .map(Entry::writer)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * The {@code transactional.id} of the owners that committed these positions; {@link #NOT_THERE} stands for
     * positions that the ledger does not show, or whose owner it does not name.
     */
    Set<String> writers(Map<Integer, Position> positions) {
        Set<String> writers = new TreeSet<>();
        entries(positions.keySet()).forEach((shard, entry) -> {
            boolean there = entry.position().equals(positions.get(shard)) && entry.writer() != null;
            writers.add(there ? entry.writer() : NOT_THERE);
        });
        return writers;
    }

    private Map<Integer, Entry> entries(Collection<Integer> shards) {
        Map<Integer, Entry> entries = new TreeMap<>();
        try {
            List<TopicPartition> wanted = shards.stream()
                    .map(shard -> new TopicPartition(topic, shard))
                    .collect(Collectors.toList());
            // Offsets of partitions that are not assigned are told with a warning for each.
            consumer.assign(wanted);
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(wanted);
            Map<TopicPartition, Long> ends = consumer.endOffsets(wanted);
            for (long look = FIRST_LOOKBACK; !wanted.isEmpty(); look *= 8) {
                Map<TopicPartition, Entry> found = lastRecords(wanted, begins, ends, look);
                found.forEach((partition, entry) -> entries.put(partition.partition(), entry));
                wanted.removeAll(found.keySet());
                long looked = look;
                wanted.removeIf(partition -> {
                    boolean everything = ends.get(partition) - looked <= begins.get(partition);
                    if (everything) {
                        entries.put(partition.partition(), Entry.NONE);
                    }
                    return everything;
                });
            }
            return entries;
        } catch (KafkaException e) {
            throw new SinkUnavailableException("reading the ledger " + topic + " failed: " + e.getMessage(), e);
        }
    }

    private Map<TopicPartition, Entry> lastRecords(
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends,
            long look) {
        Map<TopicPartition, ConsumerRecord<byte[], byte[]>> last = new HashMap<>();
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
                last.put(new TopicPartition(topic, record.partition()), record);
            }
        }
        Map<TopicPartition, Entry> entries = new HashMap<>();
        last.forEach((partition, record) -> entries.put(partition, Entry.of(record)));
        return entries;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
