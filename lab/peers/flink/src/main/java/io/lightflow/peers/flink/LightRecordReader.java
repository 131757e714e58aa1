package io.lightflow.peers.flink;

import io.lightflow.event.EventType;
import io.lightflow.peers.EventTimes;
import io.lightflow.peers.FirstRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what the job needs before the shuffle: type, join key and time. The value stays as it is. */
final class LightRecordReader implements KafkaRecordDeserializationSchema<LightRecord> {
    private static final long serialVersionUID = 1;

    private final HashMap<String, EventType> inputs;

    LightRecordReader(Map<String, EventType> inputs) {
        this.inputs = new HashMap<>(inputs);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<LightRecord> records) {
        FirstRecord.announce();
        byte[] value = record.value();
        boolean isBeacon = EventTimes.isBeacon(value);
        records.collect(new LightRecord(
                isBeacon ? LightRecord.BEACON : inputs.get(record.topic()).ordinal(),
                isBeacon ? "" : new String(record.key(), StandardCharsets.UTF_8),
                EventTimes.of(value),
                value));
    }

    @Override
    public TypeInformation<LightRecord> getProducedType() {
        return TypeInformation.of(LightRecord.class);
    }
}
