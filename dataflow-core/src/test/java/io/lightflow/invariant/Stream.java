package io.lightflow.invariant;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.LightEvent;
import io.lightflow.join.JoinSettings;
import java.util.List;

/**
 * The complete input of one shard.
 *
 * @param settings the rules
 * @param topics all topic-partitions of the shard, by name; each ends with a beacon that lets every timer fire
 */
public record Stream(JoinSettings settings, List<TopicLog> topics) {

    public List<LightEvent> events() {
        return topics.stream().flatMap(topic -> topic.events().stream()).toList();
    }

    public BruteForce.Answer answer() {
        return BruteForce.of(settings, events());
    }

    /** Describes all records, for the message of a failed test. */
    public String describe() {
        StringBuilder text = new StringBuilder(settings.toString());
        for (TopicLog topic : topics) {
            text.append("\n  ").append(topic.topic());
            for (BlockEntry entry : topic.entries()) {
                text.append("\n    ").append(entry.offset()).append(' ');
                text.append(entry instanceof LightEvent event ? event.joinKey() + " " + event.record() : entry);
            }
        }
        return text.toString();
    }
}
