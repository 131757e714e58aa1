package io.lightflow.producer;

import java.time.Instant;

/**
 * The fields of an id that {@link LightEvents#newId} generated.
 *
 * <p>Such an id has 24 characters: digits and lower-case letters without i, l, o and u (Crockford's base 32). 13
 * characters hold the time in ms and a sequence number (44 and 20 bits). 3 hold the shard (15 bits), and 8 are random
 * for each process (40 bits). The string order of ids is their time order, and the ids of one process strictly
 * increase.
 *
 * @param time when the id was generated, in ms
 * @param shard the partition of its join key
 */
public record EventId(Instant time, int shard) {
    static final int LENGTH = 24;
    static final int SEQUENCE_CHARACTERS = 13;
    static final int SHARD_CHARACTERS = 3;
    static final int PROCESS_CHARACTERS = 8;
    static final int SEQUENCE_BITS = 20;
    /** A shard has 15 bits. */
    static final int MAX_SHARDS = 1 << 15;

    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

    /** @throws IllegalArgumentException if the string is not such an id */
    public static EventId parse(String id) {
        if (id.length() != LENGTH) {
            throw new IllegalArgumentException(
                    "event id: expected " + LENGTH + " characters, found " + id.length() + ": " + id);
        }
        long sequence = number(id, 0, SEQUENCE_CHARACTERS);
        int shard = (int) number(id, SEQUENCE_CHARACTERS, SHARD_CHARACTERS);
        number(id, SEQUENCE_CHARACTERS + SHARD_CHARACTERS, PROCESS_CHARACTERS);
        return new EventId(Instant.ofEpochMilli(sequence >>> SEQUENCE_BITS), shard);
    }

    private static long number(String id, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            int digit = DIGITS.indexOf(id.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException(
                        "event id: expected digits of base 32 (" + DIGITS + "), found '" + id.charAt(i) + "' in " + id);
            }
            number = number << 5 | digit;
        }
        return number;
    }

    static void write(long number, byte[] target, int from, int count) {
        for (int i = from + count - 1; i >= from; i--) {
            target[i] = (byte) DIGITS.charAt((int) number & 31);
            number >>>= 5;
        }
    }
}
