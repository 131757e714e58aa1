package io.lightflow.mirror;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@link MirrorSettings} from YAML; an unknown key, a missing or a wrong value is an error that names the key. */
final class MirrorSettingsFile {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Integer, config -> config.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .build();

    private MirrorSettingsFile() {}

    private record Document(
            Cluster central,
            List<Center> dataCenters,
            List<String> topics,
            Integer replicationFactor,
            Integer tasksPerDataCenter,
            String refreshTopics,
            Rest internalRest) {}

    private record Cluster(String bootstrapServers, Map<String, String> client) {}

    private record Center(String name, String bootstrapServers, Map<String, String> client) {}

    private record Rest(String host, Integer port) {}

    /** @throws IllegalArgumentException when the file cannot be read or is wrong; the message names file and key */
    static MirrorSettings read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the settings of the mirror from " + file + ": " + e, e);
        }
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Settings of the mirror in " + file + ": " + e.getMessage(), e);
        }
    }

    static MirrorSettings parse(String yaml) {
        Document document;
        try {
            document = YAML.readValue(yaml, Document.class);
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "unknown key " + path(e) + "; known here are " + new TreeSet<>(e.getKnownPropertyIds()), e);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException("wrong value of " + path(e) + ": " + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
        }
        if (document == null) {
            throw new IllegalArgumentException("it is empty");
        }
        return settings(document);
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.isEmpty() ? "the document" : path.toString();
    }

    private static MirrorSettings settings(Document document) {
        require(document.central(), "central");
        require(document.dataCenters(), "dataCenters");
        require(document.replicationFactor(), "replicationFactor");
        List<DataCenter> dataCenters = new ArrayList<>();
        for (Center center : document.dataCenters()) {
            String key = "dataCenters[" + dataCenters.size() + "]";
            require(center, key);
            dataCenters.add(at(
                    key,
                    () -> new DataCenter(center.name(), new KafkaCluster(center.bootstrapServers(), center.client()))));
        }
        Rest rest = document.internalRest() == null ? new Rest(null, null) : document.internalRest();
        return new MirrorSettings(
                at(
                        "central",
                        () -> new KafkaCluster(
                                document.central().bootstrapServers(),
                                document.central().client())),
                dataCenters,
                document.topics() == null ? MirrorSettings.LIGHT_TOPICS : document.topics(),
                document.replicationFactor(),
                document.tasksPerDataCenter() == null ? 1 : document.tasksPerDataCenter(),
                document.refreshTopics() == null ? Duration.ofSeconds(30) : duration(document.refreshTopics()),
                new MirrorSettings.InternalRest(
                        rest.host() == null ? "127.0.0.1" : rest.host(), rest.port() == null ? 0 : rest.port()));
    }

    private interface Part<T> {
        T make();
    }

    private static <T> T at(String key, Part<T> part) {
        try {
            return part.make();
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IllegalArgumentException(key + "." + e.getMessage(), e);
        }
    }

    private static void require(Object value, String key) {
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "refreshTopics must be a number with its unit ms, s, m or h, as in 30s, but is '" + text + "'");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }
}
