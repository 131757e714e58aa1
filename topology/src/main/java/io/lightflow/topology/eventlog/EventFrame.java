package io.lightflow.topology.eventlog;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.EventCell;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The stored form of an event cell. Numbers are big-endian.
 *
 * <pre>
 * length of the body        4
 * CRC-32C of the body       4
 * body:
 *   type, 'I' or 'T'        1
 *   time                    8   ms since the Unix epoch
 *   seenAt                  8   ms since the Unix epoch
 *   incarnation             4
 *   offset                  8
 *   shard                   varint
 *   takeover                varint
 *   length of the join key  varint
 *   length of the id        varint
 *   join key, id, value     the rest
 * </pre>
 */
final class EventFrame {
    static final int HEAD_BYTES = 8;
    private static final int FIXED_BYTES = 29;
    /** An event has at most 1 MiB, so a longer frame is damaged. */
    static final int MAX_BODY_BYTES = 1 << 28;

    private EventFrame() {}

    static int length(int shard, EventCell cell) {
        int numbers = Varint.length(shard)
                + Varint.length(cell.takeover())
                + Varint.length(cell.joinKey().length)
                + Varint.length(cell.id().length);
        int body = Math.addExact(
                FIXED_BYTES + numbers + cell.value().length, Math.addExact(cell.joinKey().length, cell.id().length));
        if (body > MAX_BODY_BYTES) {
            throw new IllegalArgumentException(
                    "an event cell has " + body + " bytes; expected at most " + MAX_BODY_BYTES);
        }
        return HEAD_BYTES + body;
    }

    /** Writes the frame at the position of a buffer that is backed by an array and has room. */
    static void encode(int shard, EventCell cell, ByteBuffer to, CRC32C crc) {
        int start = to.position();
        to.position(start + HEAD_BYTES);
        to.put((byte) (cell.type() == EventType.TAG ? 'T' : 'I'))
                .putLong(cell.time())
                .putLong(cell.seenAt())
                .putInt(cell.origin().incarnation())
                .putLong(cell.origin().offset());
        int next = Varint.put(to.array(), to.position(), shard);
        next = Varint.put(to.array(), next, cell.takeover());
        next = Varint.put(to.array(), next, cell.joinKey().length);
        next = Varint.put(to.array(), next, cell.id().length);
        to.position(next).put(cell.joinKey()).put(cell.id()).put(cell.value());
        int length = to.position() - start - HEAD_BYTES;
        crc.reset();
        crc.update(to.array(), start + HEAD_BYTES, length);
        to.putInt(start, length).putInt(start + 4, (int) crc.getValue());
    }

    /** Whether a frame's head tells a possible length. */
    static boolean isPossibleLength(int length) {
        return length >= FIXED_BYTES + 4 && length <= MAX_BODY_BYTES;
    }

    /** What a frame holds. */
    record StoredCell(int shard, EventCell cell) {}

    /** Returns what a body holds, or null if the body is not what was written. */
    static StoredCell decode(byte[] bytes, int from, int length, int expectedCrc, CRC32C crc) {
        crc.reset();
        crc.update(bytes, from, length);
        if ((int) crc.getValue() != expectedCrc) {
            return null;
        }
        ByteBuffer body = ByteBuffer.wrap(bytes, from, length);
        byte kind = body.get();
        if (kind != 'I' && kind != 'T') {
            return null;
        }
        long time = body.getLong();
        long seenAt = body.getLong();
        int incarnation = body.getInt();
        long offset = body.getLong();
        int shard = varint(body);
        int takeover = varint(body);
        int keyBytes = varint(body);
        int idBytes = varint(body);
        if (offset < 0 || (long) keyBytes + idBytes > body.remaining()) {
            return null;
        }
        byte[] joinKey = new byte[keyBytes];
        byte[] id = new byte[idBytes];
        byte[] value = new byte[body.remaining() - keyBytes - idBytes];
        body.get(joinKey).get(id).get(value);
        EventType type = kind == 'T' ? EventType.TAG : EventType.IMPRESSION;
        Origin origin = new Origin(incarnation, offset);
        return new StoredCell(shard, new EventCell(type, joinKey, id, time, takeover, seenAt, origin, value));
    }

    private static int varint(ByteBuffer from) {
        long found = Varint.get(from.array(), from.position(), from.limit());
        from.position(from.position() + (int) (found >>> 32));
        return (int) found;
    }
}
