package io.lightflow.topology.statistics;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import io.lightflow.event.FailureReason;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.UncountableEvent;
import io.lightflow.topology.kafka.EntryDecoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes records of joined topics. */
record JoinedEntryDecoder(JoinedEventDecoder decoder) implements EntryDecoder {

    @Override
    public BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record) {
        return decoder.decode(type, record.topic(), record.offset(), record.value());
    }

    @Override
    public BlockEntry setAside(EventType type, ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
        return new UncountableEvent(record.offset(), type, FailureReason.of(failure), record.value());
    }
}
