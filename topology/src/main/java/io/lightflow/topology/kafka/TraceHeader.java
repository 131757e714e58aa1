package io.lightflow.topology.kafka;

import io.lightflow.event.TraceParent;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** The trace that a producer has attached to a record. */
public final class TraceHeader {
    private TraceHeader() {}

    /** Empty if there is no such header, or none of the standard's form. */
    public static Optional<TraceParent> of(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(TraceParent.HEADER);
        return header == null ? Optional.empty() : TraceParent.parse(header.value());
    }
}
