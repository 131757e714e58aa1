package io.lightflow.registry.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;

/**
 * Writes the normal form of one schema. It works on the schema's JSON instead of Avro's classes, so that defaults and
 * properties stay as written. Each instance serves one schema.
 */
final class NormalForm {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> PRIMITIVES =
            Set.of("null", "boolean", "int", "long", "float", "double", "bytes", "string");
    private static final String JAVA_STRING = "avro.java.string";

    private final Set<String> definedNames = new HashSet<>();

    String of(Schema schema) {
        try {
            return JSON.writeValueAsString(schema(JSON.readTree(schema.toString()), ""));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Avro wrote schema " + schema.getFullName() + " as invalid JSON", e);
        }
    }

    /** @param namespace the enclosing namespace; empty for none */
    private JsonNode schema(JsonNode schema, String namespace) {
        if (schema.isTextual()) {
            return TextNode.valueOf(reference(schema.textValue(), namespace));
        }
        if (schema.isArray()) {
            ArrayNode union = NODES.arrayNode();
            schema.forEach(branch -> union.add(schema(branch, namespace)));
            return union;
        }
        return switch (schema.path("type").asText()) {
            case "record", "error", "enum", "fixed" -> named(schema, namespace);
            default -> unnamed(schema, namespace);
        };
    }

    private JsonNode named(JsonNode schema, String namespace) {
        String ownNamespace = schema.path("namespace").asText(namespace);
        String fullName = fullName(schema.path("name").asText(), ownNamespace);
        String inner = namespaceOf(fullName);
        definedNames.add(fullName);
        TreeMap<String, JsonNode> sorted = new TreeMap<>();
        schema.properties().forEach(property -> {
            JsonNode value = property.getValue();
            switch (property.getKey()) {
                case "name" -> sorted.put("name", TextNode.valueOf(fullName));
                case "namespace" -> {}
                case "aliases" -> sorted.put("aliases", aliases(value, inner));
                case "fields" -> sorted.put("fields", fields(value, inner));
                default -> sorted.put(property.getKey(), sorted(value));
            }
        });
        boolean unqualifiedInNamespace = inner.isEmpty() && !namespace.isEmpty();
        if (unqualifiedInNamespace) {
            sorted.put("namespace", TextNode.valueOf(""));
        }
        return object(sorted);
    }

    private JsonNode unnamed(JsonNode schema, String namespace) {
        TreeMap<String, JsonNode> sorted = new TreeMap<>();
        schema.properties().forEach(property -> {
            JsonNode value = property.getValue();
            switch (property.getKey()) {
                case JAVA_STRING -> {}
                case "items", "values" -> sorted.put(property.getKey(), schema(value, namespace));
                default -> sorted.put(property.getKey(), sorted(value));
            }
        });
        boolean onlyType = sorted.size() == 1;
        return onlyType ? sorted.get("type") : object(sorted);
    }

    private ArrayNode fields(JsonNode fields, String namespace) {
        ArrayNode result = NODES.arrayNode();
        for (JsonNode field : fields) {
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            field.properties().forEach(property -> {
                JsonNode value = property.getValue();
                switch (property.getKey()) {
                    case "type" -> sorted.put("type", schema(value, namespace));
                    case "aliases" -> sorted.put("aliases", aliases(value, ""));
                    default -> sorted.put(property.getKey(), sorted(value));
                }
            });
            result.add(object(sorted));
        }
        return result;
    }

    private static ArrayNode aliases(JsonNode aliases, String namespace) {
        Collection<String> names = new TreeSet<>();
        aliases.forEach(alias -> names.add(fullName(alias.asText(), namespace)));
        ArrayNode result = NODES.arrayNode();
        names.forEach(result::add);
        return result;
    }

    /** Avro may write a type without a namespace by its unqualified name, even inside a namespace. */
    private String reference(String name, String namespace) {
        if (PRIMITIVES.contains(name)) {
            return name;
        }
        String fullName = fullName(name, namespace);
        return !definedNames.contains(fullName) && definedNames.contains(name) ? name : fullName;
    }

    private static String fullName(String name, String namespace) {
        return name.indexOf('.') >= 0 || namespace.isEmpty() ? name : namespace + "." + name;
    }

    private static String namespaceOf(String fullName) {
        int lastDot = fullName.lastIndexOf('.');
        return lastDot < 0 ? "" : fullName.substring(0, lastDot);
    }

    private static JsonNode sorted(JsonNode value) {
        if (value.isObject()) {
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            value.properties().forEach(property -> sorted.put(property.getKey(), sorted(property.getValue())));
            return object(sorted);
        }
        if (value.isArray()) {
            ArrayNode result = NODES.arrayNode();
            value.forEach(element -> result.add(sorted(element)));
            return result;
        }
        return value;
    }

    private static ObjectNode object(TreeMap<String, JsonNode> sorted) {
        ObjectNode result = NODES.objectNode();
        sorted.forEach(result::set);
        return result;
    }
}
