package io.lightflow.archive.table;

import java.util.List;
import java.util.Objects;

/**
 * Records of one topic-partition, without beacons.
 *
 * @param incarnation first 32 bits of the topic id
 * @param records by ascending offset
 */
public record Records(String topic, int incarnation, int partition, List<ArchiveRecord> records) {
    public Records {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(records, "records");
    }
}
