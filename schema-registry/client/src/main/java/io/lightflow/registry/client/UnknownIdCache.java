package io.lightflow.registry.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Caches ids that the registry recently reported as unknown, so that a stream of invalid records does not become a
 * stream of requests. It holds {@value #CAPACITY} ids. When it is full of unexpired ids, further ids are not cached,
 * and each lookup queries the registry.
 */
final class UnknownIdCache {
    static final int CAPACITY = 10_000;

    private final ConcurrentMap<Integer, Instant> expirations = new ConcurrentHashMap<>();
    private final Duration memory;
    private final InstantSource clock;

    UnknownIdCache(Duration memory, InstantSource clock) {
        this.memory = memory;
        this.clock = clock;
    }

    void add(int id) {
        if (memory.isZero()) {
            return;
        }
        Instant now = clock.instant();
        if (expirations.size() >= CAPACITY) {
            expirations.values().removeIf(time -> !now.isBefore(time));
        }
        if (expirations.size() < CAPACITY) {
            expirations.put(id, now.plus(memory));
        }
    }

    boolean contains(int id) {
        Instant time = expirations.get(id);
        if (time == null) {
            return false;
        }
        if (clock.instant().isBefore(time)) {
            return true;
        }
        expirations.remove(id, time);
        return false;
    }

    /** Removes an id that the registry now knows. */
    void remove(int id) {
        expirations.remove(id);
    }
}
