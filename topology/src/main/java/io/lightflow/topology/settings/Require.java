package io.lightflow.topology.settings;

import io.lightflow.time.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Checks of settings; the messages name the key. */
final class Require {
    private Require() {}

    static <T> T present(String key, T value) {
        if (value == null || value instanceof String text && text.isBlank()) {
            throw new WrongSettingException("the key " + key + " is missing");
        }
        return value;
    }

    static void notEmpty(String key, Collection<?> values) {
        if (values == null || values.isEmpty()) {
            throw new WrongSettingException("the key " + key + " is missing or empty");
        }
    }

    /** Unique names that become part of topics' names. */
    static void names(String key, Collection<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            name(key, name);
            if (!seen.add(name)) {
                throw new WrongSettingException("the key " + key + " has " + name + " twice");
            }
        }
    }

    static void name(String key, String name) {
        if (name == null || !name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new WrongSettingException(
                    "the key " + key + " takes 1 to 64 letters, digits, - and _, found " + name);
        }
    }

    /** A map without empty values. */
    static <V> Map<String, V> filled(String key, Map<String, V> map) {
        if (map == null) {
            return Map.of();
        }
        map.forEach((name, value) -> present(key + "." + name, value));
        return Map.copyOf(map);
    }

    static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new WrongSettingException(
                    "the key " + key + " must lie between " + least + " and " + most + ", found " + value);
        }
        return value;
    }

    static long within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new WrongSettingException(
                    "the key " + key + " must lie between " + least + " and " + most + ", found " + value);
        }
        return value;
    }

    static DataSize within(String key, DataSize value, DataSize least, DataSize most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new WrongSettingException(
                    "the key " + key + " must lie between " + least + " and " + most + ", found " + value);
        }
        return value;
    }

    static Duration within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new WrongSettingException("the key " + key + " must lie between " + Durations.format(least) + " and "
                    + Durations.format(most) + ", found " + Durations.format(value));
        }
        return value;
    }

    /**
     * The value of an environment variable that a key names; empty if it names none.
     *
     * @throws SettingsException if the variable is not set
     */
    static String variable(String key, String variable) {
        if (variable == null) {
            return "";
        }
        String value = System.getenv(variable);
        if (value == null) {
            throw new SettingsException(
                    "the key " + key + " names the environment variable " + variable + ", which is not set", null);
        }
        return value;
    }

    /**
     * The secret that one of two keys names: {@code keyVariable} an environment variable, or {@code keyFile} a file.
     * Empty if neither does.
     *
     * @throws SettingsException if the variable is not set, or the file unreadable
     */
    static String secret(String key, String variable, Path file) {
        if (file == null) {
            return variable(key + "Variable", variable);
        }
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new SettingsException(
                    "the key " + key + "File names the file " + file + ", which cannot be read: " + e, e);
        }
    }

    /** At most one of two keys may name a secret. */
    static void oneSource(String key, String variable, Path file) {
        if (variable != null && file != null) {
            throw new WrongSettingException(
                    "the keys " + key + "Variable and " + key + "File exclude each other: remove one of the two");
        }
    }

    static <T> T orElse(T value, T other) {
        return value == null ? other : value;
    }
}
