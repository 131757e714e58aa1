package io.lightflow.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lightflow.statistics.StatisticsKey;

/**
 * Makes any key storable, so that one odd event cannot stop the statistics for ever. PostgreSQL stores neither the
 * character 0 (it becomes U+FFFD) nor half of a surrogate pair ({@code ?}). Its index rows hold 2,704 bytes, so strings
 * are cut off at 255 bytes. Keys that become equal are added up: the sums stay exact.
 */
public final class StorableString {
    private static final int MAX_BYTES = 255;

    private StorableString() {}

    public static StatisticsKey key(StatisticsKey key) {
        return key.map(StorableString::of);
    }

    public static String of(String string) {
        byte[] bytes = string.replace('\0', '\uFFFD').getBytes(UTF_8);
        int length = Math.min(bytes.length, MAX_BYTES);
        // Never within a character: its later bytes are 10xxxxxx.
        while (length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
            length--;
        }
        return new String(bytes, 0, length, UTF_8);
    }
}
