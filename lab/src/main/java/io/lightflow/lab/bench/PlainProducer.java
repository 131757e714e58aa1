package io.lightflow.lab.bench;

import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.registry.client.SchemaId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The baseline for the producer library: a good loop with only Kafka's producer and Avro. */
final class PlainProducer implements ProducerBenchCommand.Sender, AutoCloseable {
    private final Schema schema = Impression.getClassSchema();
    private final BenchImpressions impressions = new BenchImpressions();
    private final GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final byte[] header = new byte[WireFormat.HEADER_BYTES];
    private final KafkaProducer<String, byte[]> producer;
    private BinaryEncoder encoder;

    PlainProducer(LightEventsSettings settings) {
        WireFormat.writeHeader(header, SchemaId.of(schema));
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        settings.bootstrapServers(),
                        "acks",
                        "all",
                        "enable.idempotence",
                        true,
                        "max.in.flight.requests.per.connection",
                        1,
                        "compression.type",
                        "lz4",
                        "linger.ms",
                        settings.linger().toMillis(),
                        "batch.size",
                        128 << 10,
                        "buffer.memory",
                        settings.bufferBytes(),
                        "enable.metrics.push",
                        false),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void send(long number) {
        Impression impression = impressions.next(number, UUID.randomUUID().toString());
        GenericRecord record = new GenericData.Record(schema);
        for (int field = 0; field < schema.getFields().size(); field++) {
            record.put(field, impression.get(field));
        }
        bytes.reset();
        bytes.writeBytes(header);
        try {
            encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
            writer.write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        producer.send(
                new ProducerRecord<>(EventType.IMPRESSION.plural(), impressions.joinKey(number), bytes.toByteArray()));
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
