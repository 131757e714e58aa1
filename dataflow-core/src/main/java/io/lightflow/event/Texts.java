package io.lightflow.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes strings of UTF-8. */
public interface Texts {
    /** A new string each time. */
    Texts FRESH = (bytes, from, length) -> new String(bytes, from, length, StandardCharsets.UTF_8);

    String text(byte[] bytes, int from, int length);

    /**
     * One string for all equal ones, as long as they are few: found without making a new one, they need no memory, and
     * compare at a glance. Of two that meet in its table the later is kept. Not thread-safe.
     */
    static Texts shared() {
        return new Texts() {
            private static final int SLOTS = 1 << 16;

            private final byte[][] known = new byte[SLOTS][];
            private final String[] strings = new String[SLOTS];

            @Override
            public String text(byte[] bytes, int from, int length) {
                int hash = length;
                for (int i = from; i < from + length; i++) {
                    hash = 31 * hash + bytes[i];
                }
                int slot = (hash ^ hash >>> 16) & SLOTS - 1;
                byte[] there = known[slot];
                if (there != null && Arrays.equals(there, 0, there.length, bytes, from, from + length)) {
                    return strings[slot];
                }
                known[slot] = Arrays.copyOfRange(bytes, from, from + length);
                strings[slot] = FRESH.text(bytes, from, length);
                return strings[slot];
            }
        };
    }
}
