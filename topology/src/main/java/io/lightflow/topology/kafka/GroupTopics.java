package io.lightflow.topology.kafka;

import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.topology.settings.GroupSettings;
import java.util.SortedMap;
import java.util.TreeMap;

/** The names of a group's topics on the central cluster. */
public final class GroupTopics {
    private GroupTopics() {}

    /** The light topics that the topology {@code dataflow} reads, with the type of event in each. */
    public static SortedMap<String, EventType> light(GroupSettings settings) {
        SortedMap<String, EventType> topics = new TreeMap<>();
        for (String dc : settings.dataCenters()) {
            for (EventType type : EventType.values()) {
                topics.put(type.centralTopic(dc), type);
            }
        }
        return topics;
    }

    /** The joined topics that the topology {@code stats-counter} reads, with the type of event in each. */
    public static SortedMap<String, EventType> counted(String group) {
        SortedMap<String, EventType> topics = new TreeMap<>();
        topics.put(OutputTopic.IMPRESSIONS.of(group), EventType.IMPRESSION);
        topics.put(OutputTopic.CLICKS.of(group), EventType.CLICK);
        topics.put(OutputTopic.CONVERSIONS.of(group), EventType.CONVERSION);
        return topics;
    }

    /** The compacted topic that holds the positions of the topology {@code dataflow}. It must never be deleted. */
    public static String ledger(String group) {
        return group + ".ledger";
    }

    /** The consumer group under which the sink also commits the offsets, for Kafka's own tools. */
    public static String consumerGroup(String group) {
        return "lightflow.dataflow." + group;
    }
}
