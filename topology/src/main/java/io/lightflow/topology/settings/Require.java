package io.lightflow.topology.settings;

import java.time.Duration;
import java.util.Collection;

/** Checks of settings; the messages name the key. */
final class Require {
    private Require() {}

    static <T> T present(String key, T value) {
        if (value == null || value instanceof String text && text.isBlank()) {
            throw new IllegalArgumentException("the key " + key + " is missing");
        }
        return value;
    }

    static void notEmpty(String key, Collection<?> values) {
        if (values == null || values.isEmpty()) {
            throw new IllegalArgumentException("the key " + key + " is missing or empty");
        }
    }

    static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "the key " + key + " must lie between " + least + " and " + most + ", found " + value);
        }
        return value;
    }

    static Duration within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("the key " + key + " must lie between " + least.toMillis() + "ms and "
                    + most.toMillis() + "ms, found " + value.toMillis() + "ms");
        }
        return value;
    }

    static <T> T orElse(T value, T other) {
        return value == null ? other : value;
    }
}
