package io.lightflow.topology.simulation;

import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import java.util.Map;
import java.util.SortedMap;

/** Topics that a spout reads. */
interface Source {

    /** The topics, with the kind of event in each. */
    SortedMap<String, EventType> topics();

    /** The topics' incarnations at present. */
    Map<String, Integer> incarnations();

    /** The records from an offset on, over at most so many offsets. */
    BlockPart read(String topic, int shard, long from, long most);

    /** Offset after the last record that can be read. */
    long end(String topic, int shard);
}
