package io.lightflow.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes values in Avro's binary encoding and splices in encoded records, which Avro's own encoders cannot do. Reused
 * for many values; not thread-safe.
 */
final class AvroBuffer {
    private byte[] bytes = new byte[1024];
    private int length;

    /** Starts a new value with the header of the wire format. */
    AvroBuffer start(int schemaId) {
        WireFormat.writeHeader(bytes, schemaId);
        length = WireFormat.HEADER_BYTES;
        return this;
    }

    /** Starts a new value without a header. */
    AvroBuffer startBody() {
        length = 0;
        return this;
    }

    /** Writes an int, a long, an enum's ordinal or a union's branch. */
    AvroBuffer writeLong(long value) {
        ensure(10);
        long zigzag = (value << 1) ^ (value >> 63);
        while ((zigzag & ~0x7FL) != 0) {
            bytes[length++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        bytes[length++] = (byte) zigzag;
        return this;
    }

    AvroBuffer writeBoolean(boolean value) {
        ensure(1);
        bytes[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    AvroBuffer writeString(String value) {
        return writeBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes, or a string given as UTF-8. */
    AvroBuffer writeBytes(byte[] value) {
        return writeLong(value.length).splice(value);
    }

    /** Appends an encoded value. */
    AvroBuffer splice(byte[] encoded) {
        return splice(encoded, 0, encoded.length);
    }

    /** Appends encoded values, which are a part of an array. */
    AvroBuffer splice(byte[] encoded, int from, int to) {
        int more = to - from;
        if (more == 0) {
            return this;
        }
        ensure(more);
        System.arraycopy(encoded, from, bytes, length, more);
        length += more;
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
