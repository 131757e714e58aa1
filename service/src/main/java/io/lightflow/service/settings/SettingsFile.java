package io.lightflow.service.settings;

import com.fasterxml.jackson.core.JsonParser;
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
import io.lightflow.time.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads settings from YAML strictly. An unknown key or a missing or invalid value is an
 * {@link IllegalArgumentException} that names the key. Files contain no secrets, only the names of environment
 * variables and files that do.
 */
public final class SettingsFile {
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Integer, config -> config.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .build();

    private SettingsFile() {}

    /**
     * @param owner the owner in messages, such as "the registry"
     * @param parse converts the file's content to settings
     * @throws IllegalArgumentException if the file is unreadable or invalid; the message names file and key
     */
    public static <S> S read(Path file, String owner, Function<String, S> parse) {
        String content;
        try {
            content = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Reading the settings of " + owner + " from " + file + " failed: " + e, e);
        }
        try {
            return parse.apply(content);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Settings of " + owner + " in " + file + ": " + e.getMessage(), e);
        }
    }

    /** @param type a record with a component for each key; components of absent keys are null */
    public static <D> D document(String yaml, Class<D> type) {
        D document = null;
        try {
            document = yaml.isBlank() ? null : YAML.readValue(yaml, type);
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "unknown key " + path(e) + "; known keys are " + new TreeSet<>(e.getKnownPropertyIds()), e);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException("invalid value of " + path(e) + ": " + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("invalid YAML: " + e.getMessage(), e);
        }
        if (document == null) {
            throw new IllegalArgumentException("the file is empty");
        }
        return document;
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

    public static <T> T require(T value, String key) {
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    public static <T> T orElse(T value, T defaultValue) {
        return value == null ? defaultValue : value;
    }

    /** @param one converts an entry, given its key such as {@code access[0]} */
    public static <E, T> List<T> list(List<E> entries, String key, BiFunction<E, String, T> convert) {
        List<T> list = new ArrayList<>();
        for (E entry : entries) {
            String entryKey = key + "[" + list.size() + "]";
            list.add(convert.apply(require(entry, entryKey), entryKey));
        }
        return list;
    }

    /**
     * The secret that a pair of keys names: {@code keyVariable} an environment variable, or {@code keyFile} a file.
     *
     * @param key the start of both keys, such as {@code database.password}
     */
    public static Secret secret(Map<String, String> environment, String variable, String file, String key) {
        return secret(environment, variable, file, key, any -> {});
    }

    /** @param check throws an {@link IllegalArgumentException} for a value that is not acceptable */
    public static Secret secret(
            Map<String, String> environment, String variable, String file, String key, Consumer<String> check) {
        if (variable == null && file == null) {
            throw new IllegalArgumentException(key + "Variable is missing, or else " + key + "File");
        }
        if (variable != null && file != null) {
            throw new IllegalArgumentException(
                    key + "Variable and " + key + "File exclude each other: remove one of the two");
        }
        if (variable != null) {
            String value = secret(environment, variable, key + "Variable");
            return named(key + "Variable", () -> {
                check.accept(value);
                return Secret.of(value);
            });
        }
        return named(key + "File", () -> Secret.inFile(Path.of(file), check));
    }

    private static Secret named(String key, Supplier<Secret> secret) {
        try {
            return secret.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    /** Reads the environment variable that a key names. */
    private static String secret(Map<String, String> environment, String variable, String key) {
        String value = environment.get(require(variable, key));
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(
                    key + " names the environment variable " + variable + ", which is not set");
        }
        return value;
    }

    /** @param value a duration such as {@code 5s}; null selects the default */
    public static Duration duration(String value, String key, Duration defaultValue) {
        if (value == null) {
            return defaultValue;
        }
        try {
            return Durations.parse(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }
}
