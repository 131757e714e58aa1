package io.lightflow.protocol;

import java.util.HashMap;
import java.util.Map;

/** A value of which there is only one, so that states can be compared at once: equal means identical. */
final class Known<T> {
    private final T value;

    private Known(T value) {
        this.value = value;
    }

    T value() {
        return value;
    }

    @Override
    public String toString() {
        return value.toString();
    }

    /** Gives equal values the same {@link Known}. */
    static final class Pool<T> {
        private final Map<T, Known<T>> known = new HashMap<>();

        Known<T> of(T value) {
            return known.computeIfAbsent(value, Known::new);
        }
    }
}
