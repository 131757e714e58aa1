package io.lightflow.lab.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import java.util.Iterator;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/** Parses one JSON line strictly: it rejects unknown and missing fields and wrong types. */
final class JsonLineParser {
    private static final Set<String> ENVELOPE = Set.of("type", "dc", "key", "event");
    private static final ObjectReader READER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private final Set<String> dcs;

    /** @param dcs the data centers that a line may name */
    JsonLineParser(Set<String> dcs) {
        this.dcs = Set.copyOf(dcs);
    }

    FeedEvent parse(String line) throws UnreadableRowException {
        JsonNode root = tree(line);
        if (!root.isObject()) {
            throw UnreadableRowException.expected("a JSON object", root.toString());
        }
        rejectUnknown(root, ENVELOPE);
        String dc = text(root, "dc");
        if (!dcs.contains(dc)) {
            throw UnreadableRowException.expected(
                    "one of " + dcs.stream().sorted().toList() + " in field dc", dc);
        }
        String key = text(root, "key");
        if (key.isEmpty()) {
            throw UnreadableRowException.expected("a join key in field key", "an empty text");
        }
        EventType type = type(text(root, "type"));
        SpecificRecordBase event = event(type, present(root, "event"));
        return new FeedEvent(dc, type, key, event, (Long) event.get("time"));
    }

    private static JsonNode tree(String line) throws UnreadableRowException {
        try {
            return READER.readValue(line);
        } catch (JsonProcessingException e) {
            throw new UnreadableRowException("expected one JSON object, found: " + e.getOriginalMessage());
        }
    }

    private static EventType type(String label) throws UnreadableRowException {
        return switch (label) {
            case "impression" -> EventType.IMPRESSION;
            case "click" -> EventType.CLICK;
            case "conversion" -> EventType.CONVERSION;
            case "tag" -> EventType.TAG;
            default ->
                throw UnreadableRowException.expected("impression, click, conversion or tag in field type", label);
        };
    }

    private static SpecificRecordBase emptyEvent(EventType type) {
        return switch (type) {
            case IMPRESSION -> new Impression();
            case CLICK -> new Click();
            case CONVERSION -> new Conversion();
            case TAG -> new Tag();
        };
    }

    private static SpecificRecordBase event(EventType type, JsonNode json) throws UnreadableRowException {
        if (!json.isObject()) {
            throw UnreadableRowException.expected("a JSON object in field event", json.toString());
        }
        SpecificRecordBase event = emptyEvent(type);
        Schema schema = event.getSchema();
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (schema.getField(name) == null) {
                throw UnreadableRowException.expected("fields of " + schema.getName() + " only", "event." + name);
            }
        }
        for (Schema.Field field : schema.getFields()) {
            JsonNode value = json.get(field.name());
            if (value != null) {
                event.put(field.pos(), value(field.schema(), value, "event." + field.name()));
            } else if (field.hasDefaultValue()) {
                event.put(field.pos(), SpecificData.get().getDefaultValue(field));
            } else {
                throw UnreadableRowException.expected("field event." + field.name(), "none");
            }
        }
        return event;
    }

    private static Object value(Schema schema, JsonNode json, String path) throws UnreadableRowException {
        switch (schema.getType()) {
            case UNION -> {
                // Unions in light events are all of null and one type.
                return json.isNull() ? null : value(schema.getTypes().get(1), json, path);
            }
            case STRING -> {
                if (json.isTextual()) {
                    return json.textValue();
                }
                throw wrongType("a text", json, path);
            }
            case INT -> {
                if (json.isIntegralNumber() && json.canConvertToInt()) {
                    return json.intValue();
                }
                throw wrongType("an integer of 32 bits", json, path);
            }
            case LONG -> {
                if (json.isIntegralNumber() && json.canConvertToLong()) {
                    return json.longValue();
                }
                throw wrongType("an integer of 64 bits", json, path);
            }
            case BOOLEAN -> {
                if (json.isBoolean()) {
                    return json.booleanValue();
                }
                throw wrongType("true or false", json, path);
            }
            default ->
                throw new IllegalStateException(
                        "expected field " + path + " of type string, int, long or boolean, found type " + schema);
        }
    }

    private static UnreadableRowException wrongType(String expected, JsonNode found, String path) {
        String kind = found.getNodeType() == JsonNodeType.NULL ? "null" : found.toString();
        return UnreadableRowException.expected(expected + " in field " + path, kind);
    }

    private static void rejectUnknown(JsonNode json, Set<String> known) throws UnreadableRowException {
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw UnreadableRowException.expected(
                        "fields " + known.stream().sorted().toList() + " only", name);
            }
        }
    }

    private static JsonNode present(JsonNode json, String field) throws UnreadableRowException {
        JsonNode value = json.get(field);
        if (value == null) {
            throw UnreadableRowException.expected("field " + field, "none");
        }
        return value;
    }

    private static String text(JsonNode json, String field) throws UnreadableRowException {
        JsonNode value = present(json, field);
        if (!value.isTextual()) {
            throw wrongType("a text", value, field);
        }
        return value.textValue();
    }
}
