package io.lightflow.registry.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Ids that the registry was asked for lately and did not know, so that a stream of broken records does not become a
 * stream of requests. Holds {@value #CAPACITY} ids; when that is full of ids that are still fresh, further ones are not
 * kept and are asked for each time.
 */
final class UnknownIds {
    static final int CAPACITY = 10_000;

    private final ConcurrentMap<Integer, Instant> askAgainAt = new ConcurrentHashMap<>();
    private final Duration memory;
    private final InstantSource clock;

    UnknownIds(Duration memory, InstantSource clock) {
        this.memory = memory;
        this.clock = clock;
    }

    void add(int id) {
        if (memory.isZero()) {
            return;
        }
        Instant now = clock.instant();
        if (askAgainAt.size() >= CAPACITY) {
            askAgainAt.values().removeIf(time -> !now.isBefore(time));
        }
        if (askAgainAt.size() < CAPACITY) {
            askAgainAt.put(id, now.plus(memory));
        }
    }

    boolean contains(int id) {
        Instant time = askAgainAt.get(id);
        if (time == null) {
            return false;
        }
        if (clock.instant().isBefore(time)) {
            return true;
        }
        askAgainAt.remove(id, time);
        return false;
    }

    /** The id has turned up. */
    void remove(int id) {
        askAgainAt.remove(id);
    }
}
