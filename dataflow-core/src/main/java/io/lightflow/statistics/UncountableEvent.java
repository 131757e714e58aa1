package io.lightflow.statistics;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import java.util.Objects;

/**
 * A record of a joined topic that cannot be counted. It is set aside in the same commit that moves the ledger past it.
 *
 * @param offset offset of its record in the joined topic
 * @param type event type of the topic
 * @param reason what was expected and what was found
 * @param value the record's value; null if it had none or is not known any more
 */
public record UncountableEvent(long offset, EventType type, String reason, byte[] value) implements BlockEntry {
    public UncountableEvent {
        Objects.requireNonNull(reason, "reason");
    }
}
