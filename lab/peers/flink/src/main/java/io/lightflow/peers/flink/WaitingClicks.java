package io.lightflow.peers.flink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The clicks that wait for an impression, in one value: the byte 1, then each click behind its length in four bytes. A
 * record begins with the byte 0.
 */
final class WaitingClicks {
    private static final byte MARK = 1;

    private WaitingClicks() {}

    static boolean isOne(byte[] value) {
        return value[0] == MARK;
    }

    /** @param before null if no click waits */
    static byte[] with(byte[] before, byte[] click) {
        byte[] others = before == null ? new byte[] {MARK} : before;
        return ByteBuffer.allocate(others.length + Integer.BYTES + click.length)
                .put(others)
                .putInt(click.length)
                .put(click)
                .array();
    }

    static List<byte[]> unpack(byte[] value) {
        List<byte[]> clicks = new ArrayList<>(1);
        ByteBuffer rest = ByteBuffer.wrap(value, 1, value.length - 1);
        while (rest.hasRemaining()) {
            byte[] click = new byte[rest.getInt()];
            rest.get(click);
            clicks.add(click);
        }
        return clicks;
    }
}
