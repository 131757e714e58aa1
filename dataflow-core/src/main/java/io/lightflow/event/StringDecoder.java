package io.lightflow.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Decodes strings from UTF-8. */
public interface StringDecoder {
    /** Creates a new string each time. Thread-safe. */
    StringDecoder PLAIN = (bytes, from, length) -> new String(bytes, from, length, StandardCharsets.UTF_8);

    String decode(byte[] bytes, int from, int length);

    /**
     * Returns the same instance for equal strings, for fields with few values. A repeated string then costs no memory
     * and compares by identity. The cache has a fixed size: of two strings with the same slot, the later one stays. Not
     * thread-safe.
     */
    static StringDecoder interning() {
        return new StringDecoder() {
            private static final int SLOTS = 1 << 16;

            private final byte[][] encoded = new byte[SLOTS][];
            private final String[] decoded = new String[SLOTS];

            @Override
            public String decode(byte[] bytes, int from, int length) {
                int hash = length;
                for (int i = from; i < from + length; i++) {
                    hash = 31 * hash + bytes[i];
                }
                int slot = (hash ^ hash >>> 16) & SLOTS - 1;
                byte[] cached = encoded[slot];
                if (cached != null && Arrays.equals(cached, 0, cached.length, bytes, from, from + length)) {
                    return decoded[slot];
                }
                encoded[slot] = Arrays.copyOfRange(bytes, from, from + length);
                decoded[slot] = PLAIN.decode(bytes, from, length);
                return decoded[slot];
            }
        };
    }
}
