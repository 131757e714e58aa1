package io.lightflow.store;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import java.util.Objects;

/**
 * A stored impression or tag. Several cells of one event may exist; they differ in takeover, {@code seenAt} or origin.
 * Two cells that agree in these, in type, join key and id are the same cell. The arrays must not be modified.
 *
 * @param type {@link EventType#IMPRESSION} or {@link EventType#TAG}
 * @param joinKey its join key in UTF-8, not empty
 * @param id its id in UTF-8, not empty
 * @param time event time, ms since the Unix epoch
 * @param takeover number of the attempt that ingested it, see {@link io.lightflow.position.JoinProgress}
 * @param seenAt the shard's watermark when it was ingested
 * @param origin where it came from
 * @param value anything, may be empty
 */
public record EventCell(
        EventType type, byte[] joinKey, byte[] id, long time, int takeover, long seenAt, Origin origin, byte[] value) {
    public EventCell {
        EventQuery.requireEventCells(type);
        Objects.requireNonNull(joinKey, "joinKey");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(value, "value");
    }

    /** The day of the event, days since 1970-01-01 (UTC). */
    public int day() {
        return KeyDay.dayOf(time);
    }
}
