package io.lightflow.producer;

import io.lightflow.event.EventType;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How an event stands in a spool's file: length of what follows the checksum, checksum of that (CRC-32C), type,
 * timestamp, length of the key, key, value; numbers are big-endian.
 */
final class Frame {
    static final int HEADER_BYTES = 8;
    private static final int FIXED_BYTES = 1 + 8 + 4;
    /** Longer than any event that is taken; a length beyond it is damage. */
    static final int LONGEST_BYTES = 2 << 20;

    private static final EventType[] TYPES = EventType.values();

    private Frame() {}

    static int length(Outgoing event) {
        return HEADER_BYTES + FIXED_BYTES + event.key().length + event.value().length;
    }

    static void write(Outgoing event, ByteBuffer target) {
        int start = target.position();
        target.position(start + HEADER_BYTES);
        target.put((byte) event.type().ordinal());
        target.putLong(event.timestampMs());
        target.putInt(event.key().length);
        target.put(event.key());
        target.put(event.value());
        int length = target.position() - start - HEADER_BYTES;
        target.putInt(start, length);
        target.putInt(start + 4, checksum(target, start + HEADER_BYTES, length));
    }

    /**
     * Length of the frame that begins at the buffer's position.
     *
     * @return 0 if there are too few bytes to tell, -1 if no frame can begin so
     */
    static int lengthAt(ByteBuffer source) {
        if (source.remaining() < HEADER_BYTES) {
            return 0;
        }
        int length = source.getInt(source.position());
        return length < FIXED_BYTES || length > LONGEST_BYTES ? -1 : HEADER_BYTES + length;
    }

    /** The event whose whole frame begins at the buffer's position, which is moved behind it; null if it is damaged. */
    static Outgoing read(ByteBuffer source, int frameLength) {
        int start = source.position();
        int length = frameLength - HEADER_BYTES;
        if (source.getInt(start + 4) != checksum(source, start + HEADER_BYTES, length)) {
            return null;
        }
        source.position(start + HEADER_BYTES);
        int type = source.get();
        long timestampMs = source.getLong();
        int keyLength = source.getInt();
        if (type < 0 || type >= TYPES.length || keyLength < 0 || keyLength > length - FIXED_BYTES) {
            return null;
        }
        byte[] key = new byte[keyLength];
        source.get(key);
        byte[] value = new byte[length - FIXED_BYTES - keyLength];
        source.get(value);
        return new Outgoing(TYPES[type], timestampMs, key, value);
    }

    private static int checksum(ByteBuffer bytes, int from, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate().limit(from + length).position(from));
        return (int) checksum.getValue();
    }
}
