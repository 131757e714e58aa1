package io.lightflow.lab.producer;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.event.Beacon;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.Tag;
import io.lightflow.event.TraceParent;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.topology.kafka.TraceHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The light topics of a data center, and what the join reads from them. */
record FrontTopics(EmbeddedKafka kafka, int partitions) {
    private static final Map<Integer, Schema> SCHEMAS = Stream.of(
                    Impression.getClassSchema(),
                    Click.getClassSchema(),
                    Conversion.getClassSchema(),
                    Tag.getClassSchema(),
                    Beacon.getClassSchema())
            .collect(Collectors.toMap(SchemaId::of, Function.identity()));

    /**
     * A record as the join sees it.
     *
     * @param trace its header; empty without one
     */
    record Read(int partition, BlockEntry entry, Optional<TraceParent> trace) {}

    /** The topic of tags takes short ones only. */
    FrontTopics create() {
        for (EventType type : EventType.values()) {
            Map<String, String> config = type == EventType.TAG ? Map.of("max.message.bytes", "2000") : Map.of();
            kafka.createTopic(type.plural(), partitions, config);
        }
        return this;
    }

    /** All records, those of a partition in its order. */
    List<Read> read(EventType type) {
        LightEventDecoder decoder = new LightEventDecoder(SCHEMAS::get, Duration.ofHours(1));
        List<Read> all = new ArrayList<>();
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "auto.offset.reset",
                "earliest",
                "enable.metrics.push",
                false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> topic = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(type.plural(), partition))
                    .toList();
            consumer.assign(topic);
            Map<TopicPartition, Long> ends = consumer.endOffsets(topic);
            while (topic.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    BlockEntry entry =
                            decoder.decode(type, record.key(), record.value(), 1, record.offset(), record.timestamp());
                    all.add(new Read(record.partition(), entry, TraceHeader.of(record)));
                }
            }
        }
        return all;
    }

    /** Events with this join key, in the order of its partition; some may have come twice. */
    List<LightEvent> eventsOf(EventType type, String joinKey) {
        return read(type).stream()
                .filter(read -> read.entry() instanceof LightEvent event
                        && event.joinKey().equals(joinKey))
                .map(read -> (LightEvent) read.entry())
                .toList();
    }

    /** Their ids, each where it came first. */
    List<String> idsOf(EventType type, String joinKey) {
        return eventsOf(type, joinKey).stream().map(LightEvent::id).distinct().toList();
    }
}
