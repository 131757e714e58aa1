package io.lightflow.topology.rejected;

import io.lightflow.event.EventOrigin;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * A record of the rejected topic.
 *
 * @param rejectedMs when it was rejected, ms since the Unix epoch
 */
record RejectedRecord(int shard, long offset, long rejectedMs, RejectedEvent event) {

    EventOrigin origin() {
        return event.getProvenance().getOrigin();
    }

    byte[] key() {
        return bytes(event.getKey());
    }

    byte[] value() {
        return bytes(event.getValue());
    }

    /** The schema id of the rejected value; empty if it has no header. */
    OptionalInt schemaId() {
        byte[] value = value();
        return WireFormat.hasHeader(value) ? OptionalInt.of(WireFormat.schemaId(value)) : OptionalInt.empty();
    }

    /** The reason with {@code #} in place of each number, so that equal reasons can be counted. */
    String reasonWithoutNumbers() {
        return event.getReason().replaceAll("\\d+", "#");
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
