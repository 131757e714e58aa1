package io.lightflow.topology.eventlog;

import io.lightflow.event.EventType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hashes that indexes know events by. The hash of an event has 32 bits of its shard and join key, and below them 32
 * bits of its type and id: so the events of a key are neighbors in a sorted index. It is part of the stored format.
 */
interface EventHashing {
    /** The one that stores use. */
    EventHashing MURMUR = new Murmur();

    int ofKey(int shard, byte[] joinKey);

    int ofId(EventType type, byte[] id);

    static long combine(int keyHash, int idHash) {
        return (long) keyHash << 32 | idHash & 0xffffffffL;
    }

    static int keyHash(long hash) {
        return (int) (hash >>> 32);
    }

    /** The finalizer of MurmurHash3. */
    static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }

    /** Hashes eight bytes at a time. */
    final class Murmur implements EventHashing {
        private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

        private Murmur() {}

        @Override
        public int ofKey(int shard, byte[] joinKey) {
            return (int) (hash(joinKey, shard) >>> 32);
        }

        @Override
        public int ofId(EventType type, byte[] id) {
            return (int) (hash(id, type == EventType.TAG ? 2 : 1) >>> 32);
        }

        private static long hash(byte[] bytes, int seed) {
            long hash = (bytes.length + 1L + ((long) seed << 32)) * 0x9E3779B97F4A7C15L;
            int i = 0;
            for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
                hash = mix(hash ^ (long) LONGS.get(bytes, i));
            }
            long rest = 0;
            for (; i < bytes.length; i++) {
                rest = rest << 8 | bytes[i] & 0xff;
            }
            return mix(hash ^ rest);
        }
    }
}
