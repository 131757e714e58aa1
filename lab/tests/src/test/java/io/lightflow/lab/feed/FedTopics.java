package io.lightflow.lab.feed;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.event.Beacon;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.Tag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The light topics of one data center, and what the platform reads from them. */
record FedTopics(EmbeddedKafka kafka, String dc, TopicNames names, int partitions) {
    private static final Map<Integer, Schema> SCHEMAS = Stream.of(
                    Impression.getClassSchema(),
                    Click.getClassSchema(),
                    Conversion.getClassSchema(),
                    Tag.getClassSchema(),
                    Beacon.getClassSchema())
            .collect(Collectors.toMap(schema -> schema.getName().hashCode() & 0x7fffffff, Function.identity()));

    /** A record as the platform sees it. */
    record Read(String dc, EventType type, ConsumerRecord<byte[], byte[]> record, BlockEntry entry) {
        String topicPartition() {
            return dc + "." + record.topic() + "-" + record.partition();
        }
    }

    static SchemaIds schemaIds() {
        return new SchemaIds(SCHEMAS.entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getValue().getFullName(), Map.Entry::getKey)));
    }

    FedTopics create() {
        for (EventType type : EventType.values()) {
            kafka.createTopic(names.topic(dc, type), partitions, Map.of());
        }
        return this;
    }

    /** All records, those of a partition in its order. */
    List<Read> read() {
        LightEventDecoder decoder = new LightEventDecoder(SCHEMAS::get, Duration.ofDays(400));
        List<Read> all = new ArrayList<>();
        for (EventType type : EventType.values()) {
            for (ConsumerRecord<byte[], byte[]> record : records(names.topic(dc, type))) {
                all.add(new Read(
                        dc,
                        type,
                        record,
                        decoder.decode(type, record.key(), record.value(), 1, record.offset(), record.timestamp())));
            }
        }
        return all;
    }

    private List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        List<TopicPartition> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            all.add(new TopicPartition(topic, partition));
        }
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrapServers(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }
}
