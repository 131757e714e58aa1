package io.lightflow.store;

import io.lightflow.event.EventType;
import java.util.Objects;

/**
 * Asks for event cells of a join key whose event time lies within bounds.
 *
 * @param type {@link EventType#IMPRESSION} or {@link EventType#TAG}
 * @param joinKey the join key in UTF-8
 * @param id the id in UTF-8; null for all events of the join key
 * @param since least event time, ms since the Unix epoch
 * @param until greatest event time, ms since the Unix epoch
 */
public record EventQuery(EventType type, byte[] joinKey, byte[] id, long since, long until) {
    public EventQuery {
        requireEventCells(type);
        Objects.requireNonNull(joinKey, "joinKey");
    }

    /** Asks for the event with this id, whatever its time. */
    public EventQuery(EventType type, byte[] joinKey, byte[] id) {
        this(type, joinKey, Objects.requireNonNull(id, "id"), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    public boolean isWithin(long time) {
        return time >= since && time <= until;
    }

    static void requireEventCells(EventType type) {
        if (type != EventType.IMPRESSION && type != EventType.TAG) {
            throw new IllegalArgumentException("expected an impression or a tag, found " + type);
        }
    }
}
