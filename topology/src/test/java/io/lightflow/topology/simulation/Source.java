package io.lightflow.topology.simulation;

import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import java.util.Map;
import java.util.SortedMap;

/** Topics that a spout reads. */
interface Source {

    /** The topics with their event types. */
    SortedMap<String, EventType> topics();

    /** The current incarnations of the topics. */
    Map<String, Integer> incarnations();

    /** The records from an offset on, within at most the given number of offsets. */
    BlockPart read(String topic, int shard, long from, long most);

    /**
     * Whether the log was cut off before an offset up to which it was read.
     *
     * @param leaderEpoch epoch of the leader that wrote the last record that was read
     */
    default boolean isCutOff(String topic, int shard, long offset, int leaderEpoch) {
        return false;
    }

    /** Offset after the last record that can be read. */
    long end(String topic, int shard);
}
