package io.lightflow.capture.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * A light event in JSON: its {@code type}, its join key as {@code key}, and the fields of its schema as {@code event}.
 * Files of feeds have the same form.
 *
 * @param joinKey may be invalid, as the event may
 */
record JsonEvent(String joinKey, SpecificRecordBase record) {
    private static final Map<String, Schema> SCHEMAS = Map.of(
            "impression", Impression.getClassSchema(),
            "click", Click.getClassSchema(),
            "conversion", Conversion.getClassSchema(),
            "tag", Tag.getClassSchema());
    private static final Set<String> ENVELOPE = Set.of("type", "key", "event");

    /** @throws IllegalArgumentException with what was expected, if it is no event */
    static JsonEvent of(JsonNode json) {
        Schema schema = SCHEMAS.get(json.path("type").asText());
        if (schema == null) {
            throw new IllegalArgumentException("type: expected impression, click, conversion or tag");
        }
        if (!json.path("key").isTextual()) {
            throw new IllegalArgumentException("key: expected the join key, a string");
        }
        JsonNode event = json.path("event");
        if (!ENVELOPE.containsAll(names(json)) || !event.isObject()) {
            throw new IllegalArgumentException("expected an object with the fields type, key and event only");
        }
        for (String name : names(event)) {
            if (schema.getField(name) == null) {
                throw new IllegalArgumentException(
                        "event: expected fields of a " + schema.getName() + " only, found another one");
            }
        }
        SpecificRecordBase record = (SpecificRecordBase) SpecificData.get().newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            record.put(field.pos(), value(field, event.get(field.name())));
        }
        return new JsonEvent(json.get("key").textValue(), record);
    }

    private static List<String> names(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Object value(Schema.Field field, JsonNode json) {
        if (json == null) {
            if (!field.hasDefaultValue()) {
                throw new IllegalArgumentException(field.name() + ": expected a value, found none");
            }
            return SpecificData.get().getDefaultValue(field);
        }
        Schema schema = field.schema();
        if (schema.isUnion()) {
            return json.isNull() ? null : value(field, schema.getTypes().get(1), json);
        }
        return value(field, schema, json);
    }

    private static Object value(Schema.Field field, Schema schema, JsonNode json) {
        return switch (schema.getType()) {
            case STRING -> {
                require(field, "a string", json.isTextual());
                yield json.textValue();
            }
            case LONG -> {
                require(field, "an integer", json.isIntegralNumber() && json.canConvertToLong());
                yield json.longValue();
            }
            case BOOLEAN -> {
                require(field, "true or false", json.isBoolean());
                yield json.booleanValue();
            }
            default ->
                throw new IllegalStateException(
                        "expected fields of light events to be strings, longs and booleans, found " + schema);
        };
    }

    private static void require(Schema.Field field, String expected, boolean found) {
        if (!found) {
            throw new IllegalArgumentException(field.name() + ": expected " + expected);
        }
    }
}
