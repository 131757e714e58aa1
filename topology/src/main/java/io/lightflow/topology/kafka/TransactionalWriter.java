package io.lightflow.topology.kafka;

import io.lightflow.copy.CopySelector;
import io.lightflow.event.OutputEvent;
import io.lightflow.position.PositionCodec;
import io.lightflow.position.TopicPosition;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * A transactional producer of a group's outputs and ledger records. Whoever begins to use its id later fences it. One
 * thread commits at a time.
 */
final class TransactionalWriter {
    private static final byte[] LEDGER_KEY = "position".getBytes(StandardCharsets.US_ASCII);

    private final String id;
    private final String group;
    private final ConsumerGroupMetadata consumerGroup;
    private final KafkaProducer<byte[], byte[]> producer;
    private final CopySelector copies;
    private final LongConsumer sentNanos;

    /**
     * Connects to nothing until {@link #begin}.
     *
     * @param copies chooses the outputs that are sent to further topics as well
     * @param sentNanos takes how long the producer took to accept the records of a commit
     */
    TransactionalWriter(
            KafkaClients clients,
            String id,
            String group,
            Duration transactionTimeout,
            CopySelector copies,
            LongConsumer sentNanos) {
        this.copies = copies;
        this.sentNanos = sentNanos;
        this.id = id;
        this.group = group;
        this.consumerGroup = groupWithoutMembers(GroupTopics.consumerGroup(group));
        this.producer = clients.transactionalProducer(id, transactionTimeout);
    }

    /** Kafka would take this from a consumer, but a sink has none: its offsets are for Kafka's tools only. */
    @SuppressWarnings("removal")
    private static ConsumerGroupMetadata groupWithoutMembers(String name) {
        return new ConsumerGroupMetadata(name);
    }

    /** The {@code transactional.id}. */
    String id() {
        return id;
    }

    /** Fences earlier users of the id, and ends their transaction. */
    void begin() {
        producer.initTransactions();
    }

    /**
     * Commits outputs and positions in one transaction. After an exception, the writer must be discarded.
     *
     * @param commits for one shard each
     * @param owner the header that names the owner of these shards; none if they are released
     */
    void commit(List<Commit<List<OutputEvent>>> commits, List<Header> owner) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        long begunNanos = System.nanoTime();
        producer.beginTransaction();
        for (Commit<List<OutputEvent>> commit : commits) {
            ShardMove move = commit.moves().get(0);
            for (OutputEvent output : commit.output()) {
                send(output.topic().of(group), move.shard(), output);
                for (String copy : copies.topicsFor(output)) {
                    send(copy, move.shard(), output);
                }
            }
            producer.send(new ProducerRecord<>(
                    GroupTopics.ledger(group),
                    move.shard(),
                    LEDGER_KEY,
                    PositionCodec.encode(move.next()).getBytes(StandardCharsets.US_ASCII),
                    owner));
            addOffsets(move, offsets);
        }
        sentNanos.accept(System.nanoTime() - begunNanos);
        producer.sendOffsetsToTransaction(offsets, consumerGroup);
        producer.commitTransaction();
    }

    private void send(String topic, int shard, OutputEvent output) {
        producer.send(new ProducerRecord<>(topic, shard, output.key(), output.value()));
    }

    private static void addOffsets(ShardMove move, Map<TopicPartition, OffsetAndMetadata> offsets) {
        String metadata =
                "watermark=" + move.next().watermark() + " txid=" + move.next().txid();
        for (Map.Entry<String, TopicPosition> topic : move.next().topics().entrySet()) {
            if (!topic.getValue().equals(move.expected().topics().get(topic.getKey()))) {
                long nextOffset = topic.getValue().current().nextOffset();
                offsets.put(
                        new TopicPartition(topic.getKey(), move.shard()), new OffsetAndMetadata(nextOffset, metadata));
            }
        }
    }

    void discard() {
        producer.close(Duration.ZERO);
    }
}
