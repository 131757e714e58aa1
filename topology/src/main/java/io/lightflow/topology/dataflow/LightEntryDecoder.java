package io.lightflow.topology.dataflow;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import io.lightflow.event.FailureReason;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.Rejection;
import io.lightflow.topology.kafka.EntryDecoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes records of light topics. */
record LightEntryDecoder(LightEventDecoder decoder) implements EntryDecoder {

    @Override
    public BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record) {
        return decoder.decode(type, record.key(), record.value(), incarnation, record.offset(), record.timestamp());
    }

    @Override
    public BlockEntry setAside(EventType type, ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
        return new Rejection(
                record.offset(), record.key(), record.value(), FailureReason.of(failure), record.timestamp());
    }
}
