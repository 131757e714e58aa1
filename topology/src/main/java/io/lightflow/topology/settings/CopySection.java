package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lightflow.copy.CopyRule;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One entry of the list {@code copies} of the settings; {@link CopyRule} defines each key.
 *
 * @param from an output topic without the group's name, such as {@code joined.clicks}
 * @param sample null: all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CopySection(
        String topic, String from, Map<String, List<String>> where, Map<String, List<String>> unless, Double sample) {

    private static final String TOPIC_NAME = "[A-Za-z0-9._-]{1,249}";

    public CopySection {
        Require.present("copies.topic", topic);
        if (!topic.matches(TOPIC_NAME)) {
            throw new WrongSettingException(
                    "the key copies.topic takes 1 to 249 letters, digits, ., _ and -, found " + topic);
        }
        Require.present("copies.from", from);
        where = Require.filled("copies.where", where);
        unless = Require.filled("copies.unless", unless);
        try {
            rule(topic, from, where, unless, sample);
        } catch (IllegalArgumentException e) {
            throw new WrongSettingException("the copy to " + topic + " is wrong: " + e.getMessage());
        }
    }

    /** The rule in the form that the sink takes. */
    public CopyRule rule() {
        return rule(topic, from, where, unless, sample);
    }

    /** A copy must not end up in a topic that a topology or the mirror writes or reads. */
    void requireOwnTopic(String group, List<String> dataCenters) {
        Set<String> taken = new TreeSet<>(Set.of(group + ".ledger"));
        for (OutputTopic output : OutputTopic.values()) {
            taken.add(output.of(group));
        }
        for (EventType type : EventType.values()) {
            dataCenters.forEach(dc -> taken.add(type.centralTopic(dc)));
        }
        if (taken.contains(topic)) {
            throw new WrongSettingException(
                    "the key copies.topic must name a topic of its own, found " + topic + ", which Lightflow uses");
        }
    }

    private static CopyRule rule(
            String topic,
            String from,
            Map<String, List<String>> where,
            Map<String, List<String>> unless,
            Double sample) {
        return new CopyRule(topic, outputTopic(from), sets(where), sets(unless), Require.orElse(sample, 1.0));
    }

    private static OutputTopic outputTopic(String from) {
        return Arrays.stream(OutputTopic.values())
                .filter(topic -> topic.suffix().equals(from))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected from to be one of "
                        + Arrays.stream(OutputTopic.values())
                                .map(OutputTopic::suffix)
                                .collect(Collectors.joining(", "))
                        + ", found " + from));
    }

    private static Map<String, Set<String>> sets(Map<String, List<String>> values) {
        Map<String, Set<String>> sets = new TreeMap<>();
        values.forEach((path, list) -> sets.put(path, new TreeSet<>(list)));
        return sets;
    }
}
