package io.lightflow.peers.streams;

import io.lightflow.peers.EventTimes;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** Event times, of beacons, too: they advance the stream time of a partition without traffic. */
public final class EventTimestamps implements TimestampExtractor {
    public EventTimestamps() {}

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return EventTimes.of((byte[]) record.value());
    }
}
