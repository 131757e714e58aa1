package io.lightflow.topology.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Settings of a group as YAML. A wrong key or value is an error that names the key, and quotes no other input. */
final class SettingsYaml {
    private static final ObjectMapper MAPPER = strict(new YAMLMapper());
    /** For lists in files. */
    private static final ObjectMapper JSON = strict(new ObjectMapper());

    /** For what {@code submit} has kept, perhaps that of another build. */
    private static final ObjectMapper LENIENT =
            MAPPER.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final String JOIN = "join.";
    private static final String ADVERTISERS = JOIN + "advertisers.";

    private SettingsYaml() {}

    private static ObjectMapper strict(ObjectMapper mapper) {
        return mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .registerModule(new SimpleModule()
                        .addDeserializer(Duration.class, new DurationFormat.Reader())
                        .addSerializer(Duration.class, new DurationFormat.Writer())
                        .addDeserializer(DataSize.class, new DataSizeFormat.Reader())
                        .addSerializer(DataSize.class, new DataSizeFormat.Writer()));
    }

    /** @throws SettingsException if the string holds a wrong setting; the message names the key */
    static GroupSettings parse(String yaml) {
        GroupSettings settings = read(MAPPER, yaml, GroupSettings.class);
        if (settings == null) {
            throw new SettingsException("the settings are empty", null);
        }
        return settings;
    }

    /**
     * @param json a list of objects
     * @throws SettingsException if the string holds something else
     */
    static List<PlacementDelay> parseClickDelays(String json) {
        PlacementDelay[] delays = json.isBlank() ? null : read(JSON, json, PlacementDelay[].class);
        if (delays == null || Arrays.stream(delays).anyMatch(Objects::isNull)) {
            throw new SettingsException(
                    "expected a list of objects with publisher, placement and minClickDelay, found nothing", null);
        }
        return List.of(delays);
    }

    private static <T> T read(ObjectMapper mapper, String string, Class<T> type) {
        try {
            return mapper.readValue(string, type);
        } catch (UnrecognizedPropertyException e) {
            throw new SettingsException(
                    "the key " + path(e) + " is unknown; known here are " + e.getKnownPropertyIds(), e);
        } catch (JsonMappingException e) {
            throw new SettingsException(
                    e.getCause() instanceof WrongSettingException wrong
                            ? wrong.getMessage()
                            : "the key " + path(e) + " is wrong: " + firstLine(e),
                    e);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new SettingsException(
                    "this is not " + mapper.getFactory().getFormatName() + ": " + firstLine(e)
                            + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()),
                    e);
        }
    }

    /** The lines after the first quote the input, which may hold secrets. */
    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("");
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(at -> at.getFieldName() == null ? Integer.toString(at.getIndex()) : at.getFieldName())
                .collect(Collectors.joining("."));
    }

    /** @throws SettingsException if the string holds a wrong setting */
    static JoinRules parseJoin(String yaml) {
        try {
            return LENIENT.readValue(yaml, JoinRules.class);
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    /** @throws SettingsException if the string holds a wrong setting */
    static JoinRules parseFlatJoin(String yaml) {
        try {
            ObjectNode join = LENIENT.createObjectNode();
            LENIENT.readTree(yaml).properties().forEach(setting -> {
                String key = setting.getKey();
                if (key.startsWith(ADVERTISERS)) {
                    // An advertiser's id may contain dots; the name of a window does not.
                    int end = key.lastIndexOf('.');
                    join.withObject("/advertisers")
                            .withObjectProperty(key.substring(ADVERTISERS.length(), end))
                            .set(key.substring(end + 1), setting.getValue());
                } else if (key.startsWith(JOIN)) {
                    join.set(key.substring(JOIN.length()), setting.getValue());
                }
            });
            return LENIENT.treeToValue(join, JoinRules.class);
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    private static SettingsException unreadable(JsonProcessingException e) {
        return new SettingsException("the rules of the join that were submitted are unreadable: " + firstLine(e), e);
    }

    static String write(Object settings) {
        try {
            return MAPPER.writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("settings that were read cannot be written", e);
        }
    }
}
