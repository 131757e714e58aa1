package io.lightflow.topology.rejected;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.BodyReader;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads a group's rejected topic, in no consumer group. Not thread-safe. */
final class RejectedTopic {
    private static final int MAX_RECORDS_PER_POLL = 100;
    private static final Duration POLL = Duration.ofMillis(200);
    /** An open transaction hides the records behind it until it times out, after a minute. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(90);

    private final GroupSettings settings;
    private final WriterSchemas schemas;
    private final Map<Integer, BodyReader<RejectedEvent>> readers = new HashMap<>();
    private final ArrayDecoder decoder = new ArrayDecoder();

    RejectedTopic(GroupSettings settings) {
        this.settings = settings;
        this.schemas = RegistrySchemas.connect(settings.registry());
    }

    /**
     * Reads the selected records up to the present end of the topic, shard by shard.
     *
     * @throws KafkaException if the cluster is unavailable, or a transaction stays open
     */
    void read(RejectedSelection selection, Consumer<RejectedRecord> each) {
        List<TopicPartition> partitions = IntStream.range(0, settings.shards())
                .mapToObj(shard -> new TopicPartition(OutputTopic.REJECTED.of(settings.group()), shard))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaClients(settings.kafka())
                .consumer("lightflow-rejected-" + settings.group(), MAX_RECORDS_PER_POLL)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, OffsetAndTimestamp> begins = consumer.offsetsForTimes(partitions.stream()
                    .collect(Collectors.toMap(Function.identity(), partition -> selection.fromMs())));
            for (TopicPartition partition : partitions) {
                OffsetAndTimestamp begin = begins.get(partition);
                if (begin != null) {
                    read(consumer, partition, begin.offset(), ends.get(partition), selection, each);
                }
            }
        }
    }

    private void read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long from,
            long to,
            RejectedSelection selection,
            Consumer<RejectedRecord> each) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long reached = from;
        long deadline = System.nanoTime() + STALL_LIMIT.toNanos();
        while (reached < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to) {
                    RejectedRecord rejected = decode(record);
                    if (selection.contains(rejected)) {
                        each.accept(rejected);
                    }
                }
            }
            long position = consumer.position(partition);
            if (position > reached) {
                reached = position;
                deadline = System.nanoTime() + STALL_LIMIT.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("reading " + partition + " stands still at offset " + reached + " before " + to
                        + " since " + STALL_LIMIT.toSeconds()
                        + " s: its cluster is unavailable, or a transaction is left open in it");
            }
        }
    }

    private RejectedRecord decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            RejectedEvent event = reader(record).read(decoder.over(record.value(), WireFormat.HEADER_BYTES));
            return new RejectedRecord(record.partition(), record.offset(), record.timestamp(), event);
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "the record at offset " + record.offset() + " of " + record.topic() + "-" + record.partition()
                            + " does not decode; only Lightflow may write there",
                    e);
        }
    }

    private BodyReader<RejectedEvent> reader(ConsumerRecord<byte[], byte[]> record) {
        if (!WireFormat.hasHeader(record.value())) {
            throw new IllegalStateException("it has no header of 0x00 and a schema id");
        }
        return readers.computeIfAbsent(WireFormat.schemaId(record.value()), id -> {
            Schema writer = schemas.byId(id);
            if (writer == null) {
                throw new IllegalStateException("the registry does not know its schema " + id);
            }
            return new BodyReader<>(writer, RejectedEvent.getClassSchema());
        });
    }
}
