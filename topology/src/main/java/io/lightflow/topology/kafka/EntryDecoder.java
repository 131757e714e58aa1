package io.lightflow.topology.kafka;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Turns a record into an entry of a block. Used by one thread. */
@FunctionalInterface
public interface EntryDecoder {

    /**
     * @param incarnation of the record's topic
     * @throws io.lightflow.event.WriterSchemas.SchemasUnavailableException if a schema is unavailable now
     * @throws RuntimeException if the record cannot be decoded
     */
    BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record);

    /** Sets aside a record that cannot be decoded. A decoder that knows no other way throws the failure. */
    default BlockEntry setAside(EventType type, ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
        throw failure;
    }
}
