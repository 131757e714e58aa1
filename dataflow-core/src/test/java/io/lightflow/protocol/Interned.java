package io.lightflow.protocol;

import java.util.HashMap;
import java.util.Map;

/** A value with a single instance, so that states compare by identity. */
final class Interned<T> {
    private final T value;

    private Interned(T value) {
        this.value = value;
    }

    T value() {
        return value;
    }

    @Override
    public String toString() {
        return value.toString();
    }

    /** Returns the same {@link Interned} for equal values. */
    static final class Pool<T> {
        private final Map<T, Interned<T>> known = new HashMap<>();

        Interned<T> of(T value) {
            return known.computeIfAbsent(value, Interned::new);
        }
    }
}
