package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * The topics of a group on the central cluster, by name, in their present incarnations.
 *
 * @param light what the join reads
 * @param outputs what it writes
 */
record TopicsOfGroup(SortedMap<String, Light> light, SortedMap<String, Output> outputs) {

    /** @param dc the data center that it is copied from */
    record Light(String dc, EventType type, int incarnation) {}

    /** @param counted type of the events that {@code stats-counter} counts in it; null if it does not read the topic */
    record Output(EventType counted, int incarnation) {}

    /** @throws IllegalStateException if one does not exist */
    static TopicsOfGroup lookUp(Admin admin, GroupSettings settings) {
        SortedMap<String, Light> light = new TreeMap<>();
        for (String dc : settings.dataCenters()) {
            for (EventType type : EventType.values()) {
                light.put(type.centralTopic(dc), new Light(dc, type, 0));
            }
        }
        lookUp(admin, light.keySet())
                .forEach((name, incarnation) -> light.computeIfPresent(
                        name, (same, topic) -> new Light(topic.dc(), topic.type(), incarnation)));
        return new TopicsOfGroup(light, outputs(admin, settings.group()));
    }

    /** The output topics of a group's join. */
    static SortedMap<String, Output> outputs(Admin admin, String group) {
        SortedMap<String, EventType> counted = GroupTopics.counted(group);
        SortedMap<String, Output> outputs = new TreeMap<>();
        for (OutputTopic topic : OutputTopic.values()) {
            outputs.put(topic.of(group), null);
        }
        lookUp(admin, outputs.keySet())
                .forEach((name, incarnation) -> outputs.put(name, new Output(counted.get(name), incarnation)));
        return outputs;
    }

    private static Map<String, Integer> lookUp(Admin admin, Iterable<String> names) {
        Map<String, TopicDescription> found = TopicSetup.describe(admin, names);
        Map<String, Integer> incarnations = new TreeMap<>();
        for (String name : names) {
            TopicDescription topic = found.get(name);
            if (topic == null) {
                throw new IllegalStateException("topic " + name + " is not in the central cluster");
            }
            incarnations.put(name, TopicSetup.incarnation(topic));
        }
        return incarnations;
    }
}
