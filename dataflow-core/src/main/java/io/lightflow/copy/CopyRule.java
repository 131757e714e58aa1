package io.lightflow.copy;

import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * Copies the events of an output topic to a further topic, such as a partner's feed or a sample.
 *
 * @param topic the further topic
 * @param from the output topic
 * @param where values by path of a field, such as {@code impression.advertiserId}: an event is copied if each field has
 *     one of its values; empty: every event
 * @param unless values by path: an event is not copied if a field has one of its values
 * @param sample share of the join keys whose events are copied, in (0, 1]. All events of a join key are in the sample
 *     or none, so a sample holds whole journeys
 */
public record CopyRule(
        String topic,
        OutputTopic from,
        Map<String, Set<String>> where,
        Map<String, Set<String>> unless,
        double sample) {

    public CopyRule {
        Objects.requireNonNull(topic, "topic");
        where = copied(from, where);
        unless = copied(from, unless);
        if (!(sample > 0 && sample <= 1)) {
            throw new IllegalArgumentException("expected a sample above 0 and up to 1, found " + sample);
        }
    }

    private static Map<String, Set<String>> copied(OutputTopic from, Map<String, Set<String>> values) {
        values.keySet().forEach(path -> requireComparable(schema(from), path));
        return values.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> Set.copyOf(entry.getValue())));
    }

    static Schema schema(OutputTopic topic) {
        return switch (topic) {
            case IMPRESSIONS -> JoinedImpression.getClassSchema();
            case CLICKS -> JoinedClick.getClassSchema();
            case CONVERSIONS -> JoinedConversion.getClassSchema();
            case TAGS -> JoinedTag.getClassSchema();
            case ORPHANS -> OrphanClick.getClassSchema();
            case REJECTED -> RejectedEvent.getClassSchema();
        };
    }

    private static void requireComparable(Schema record, String path) {
        Schema at = record;
        for (String name : path.split("\\.")) {
            Schema.Field field = at.getType() == Schema.Type.RECORD ? at.getField(name) : null;
            if (field == null) {
                throw new IllegalArgumentException("expected a field of " + record.getName() + " whose fields are "
                        + names(record) + ", found " + path);
            }
            at = withoutNull(field.schema());
        }
        switch (at.getType()) {
            case STRING, BOOLEAN, INT, LONG, ENUM -> {}
            default ->
                throw new IllegalArgumentException("expected a field with a string, number or boolean, found " + path
                        + " of type " + at.getType().getName());
        }
    }

    private static Schema withoutNull(Schema schema) {
        return schema.isUnion()
                ? schema.getTypes().stream()
                        .filter(type -> type.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElse(schema)
                : schema;
    }

    private static Set<String> names(Schema record) {
        Map<String, Schema> names = new TreeMap<>();
        record.getFields().forEach(field -> names.put(field.name(), field.schema()));
        return names.keySet();
    }

    /** Whether a decision needs fields of the event. */
    boolean readsFields() {
        return !where.isEmpty() || !unless.isEmpty();
    }
}
