package io.lightflow.event;

import java.util.Objects;

/**
 * A record that cannot be ingested, kept unchanged.
 *
 * @param offset offset of the record
 * @param key the record's key; null if it had none
 * @param value the record's value; null if it had none
 * @param reason what was expected and what was found
 * @param producedMs timestamp of the record, ms since the Unix epoch
 */
public record Rejection(long offset, byte[] key, byte[] value, String reason, long producedMs) implements BlockEntry {
    public Rejection {
        Objects.requireNonNull(reason, "reason");
    }
}
