package io.lightflow.topology.kafka;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Turns a record into an entry of a block. Used by one thread. */
@FunctionalInterface
public interface EntryDecoder {

    /** @param incarnation of the record's topic */
    BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record);
}
