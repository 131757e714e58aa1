package io.lightflow.deploy.reconcile;

import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.Records;
import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.WireFormat;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.kafka.TopicSetup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics whose records are remembered. */
final class HandmadeTopics implements AutoCloseable {
    private final SchemaIds ids;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, Integer> incarnations = new TreeMap<>();
    private final Map<TopicPartition, List<Sent>> log = new LinkedHashMap<>();

    /** A record that was sent, and its event; null if it is none. */
    record Sent(EventOrigin origin, ArchiveRecord record, SpecificRecord event) {}

    HandmadeTopics(EmbeddedKafka kafka, Collection<String> topics, int shards, SchemaIds ids) throws Exception {
        this.ids = ids;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "enable.metrics.push", false),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        topics.forEach(topic -> kafka.createTopic(topic, shards, Map.of()));
        // Shortly after a topic was created, a broker may not know it yet.
        Await.until("all topics are known", Duration.ofSeconds(30), () -> {
            TopicSetup.describe(kafka.admin(), topics)
                    .forEach((name, topic) -> incarnations.put(name, TopicSetup.incarnation(topic)));
            return incarnations.size() == topics.size();
        });
        incarnations.keySet().forEach(topic -> IntStream.range(0, shards)
                .forEach(shard -> log.put(new TopicPartition(topic, shard), new ArrayList<>())));
    }

    /** The value of an event's record. */
    byte[] value(SpecificRecord event) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(body, null);
        try {
            new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return WireFormat.value(ids.of(event.getSchema()), body.toByteArray());
    }

    /** @param event null if the value is none */
    Sent send(String topic, int shard, String key, byte[] value, SpecificRecord event, long timestampMs) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        long offset;
        try {
            offset = producer.send(new ProducerRecord<>(topic, shard, timestampMs, keyBytes, value))
                    .get()
                    .offset();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("a record cannot be sent", e);
        }
        EventOrigin origin = EventOrigin.newBuilder()
                .setTopic(topic)
                .setIncarnation(incarnations.get(topic))
                .setPartition(shard)
                .setOffset(offset)
                .build();
        Sent sent = new Sent(origin, new ArchiveRecord(offset, timestampMs, keyBytes, value, null), event);
        log.get(new TopicPartition(topic, shard)).add(sent);
        return sent;
    }

    /** All records of a topic. */
    List<Sent> sent(String topic) {
        return log.entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals(topic))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
    }

    /** All records of topics, as the archive reads them. */
    List<Records> records(Collection<String> topics, Function<Sent, List<ArchiveRecord>> rows) {
        List<Records> records = new ArrayList<>();
        log.forEach((partition, all) -> {
            if (topics.contains(partition.topic())) {
                records.add(new Records(
                        partition.topic(),
                        incarnations.get(partition.topic()),
                        partition.partition(),
                        all.stream().flatMap(sent -> rows.apply(sent).stream()).toList()));
            }
        });
        return records;
    }

    /** The position after all records. */
    Position position(int shard, Collection<String> topics, long atMs) {
        SortedMap<String, TopicPosition> positions = new TreeMap<>();
        for (String topic : topics) {
            int records = log.get(new TopicPartition(topic, shard)).size();
            positions.put(topic, new TopicPosition(List.of(new Incarnation(incarnations.get(topic), records)), atMs));
        }
        return new Position(positions, atMs, 1, Books.EMPTY);
    }

    @Override
    public void close() {
        producer.close();
    }
}
