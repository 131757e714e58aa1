package io.lightflow.producer;

import io.lightflow.event.EventType;
import io.lightflow.event.TraceParent;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads and writes one event in a spool's file. A frame holds the length of the payload, its checksum (CRC-32C), and
 * the payload: type, timestamp, length of the key, key, {@code traceparent} if the type has the bit for it, value.
 * Numbers are big-endian.
 */
final class FrameCodec {
    static final int HEADER_BYTES = 8;
    private static final int FIXED_BYTES = 1 + 8 + 4;
    /** Longer than any accepted event; a greater length means damage. */
    static final int MAX_BYTES = 2 << 20;

    /** Bit of the type: a trace context follows the key. */
    private static final int TRACED = 0x40;

    private static final EventType[] TYPES = EventType.values();

    private FrameCodec() {}

    static int length(OutgoingEvent event) {
        return HEADER_BYTES + FIXED_BYTES + event.key().length + traceBytes(event) + event.value().length;
    }

    private static int traceBytes(OutgoingEvent event) {
        return event.trace() == null ? 0 : TraceParent.LENGTH;
    }

    static void write(OutgoingEvent event, ByteBuffer target) {
        int start = target.position();
        target.position(start + HEADER_BYTES);
        target.put((byte) (event.type().ordinal() | (event.trace() == null ? 0 : TRACED)));
        target.putLong(event.timestampMs());
        target.putInt(event.key().length);
        target.put(event.key());
        if (event.trace() != null) {
            target.put(event.trace().toBytes());
        }
        target.put(event.value());
        int length = target.position() - start - HEADER_BYTES;
        target.putInt(start, length);
        target.putInt(start + 4, checksum(target, start + HEADER_BYTES, length));
    }

    /**
     * Returns the length of the frame that begins at the buffer's position.
     *
     * @return 0 if there are too few bytes to tell, -1 if no frame can begin with these bytes
     */
    static int lengthAt(ByteBuffer source) {
        if (source.remaining() < HEADER_BYTES) {
            return 0;
        }
        int length = source.getInt(source.position());
        return length < FIXED_BYTES || length > MAX_BYTES ? -1 : HEADER_BYTES + length;
    }

    /**
     * Reads the event whose whole frame begins at the buffer's position, and advances the position. Returns null if the
     * frame is damaged.
     */
    static OutgoingEvent read(ByteBuffer source, int frameLength) {
        int start = source.position();
        int length = frameLength - HEADER_BYTES;
        if (source.getInt(start + 4) != checksum(source, start + HEADER_BYTES, length)) {
            return null;
        }
        source.position(start + HEADER_BYTES);
        int tag = source.get();
        int type = tag & ~TRACED;
        int traceLength = (tag & TRACED) == 0 ? 0 : TraceParent.LENGTH;
        long timestampMs = source.getLong();
        int keyLength = source.getInt();
        if (type < 0 || type >= TYPES.length || keyLength < 0 || keyLength > length - FIXED_BYTES - traceLength) {
            return null;
        }
        byte[] key = new byte[keyLength];
        source.get(key);
        byte[] trace = new byte[traceLength];
        source.get(trace);
        byte[] value = new byte[length - FIXED_BYTES - keyLength - traceLength];
        source.get(value);
        return new OutgoingEvent(
                TYPES[type], timestampMs, key, value, TraceParent.parse(trace).orElse(null));
    }

    private static int checksum(ByteBuffer bytes, int from, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate().limit(from + length).position(from));
        return (int) checksum.getValue();
    }
}
