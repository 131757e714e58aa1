package io.lightflow.topology.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lightflow.statistics.StatisticsKey;

/**
 * Makes any key storable, so that one odd event cannot stop the statistics for ever. PostgreSQL stores no character 0
 * (it becomes U+FFFD) and no half of a surrogate pair ({@code ?}), and an index row holds 2,704 bytes (so a text is cut
 * off at 255 bytes). Keys that become equal are added up: the sums stay exact.
 */
final class StorableText {
    private static final int MOST_BYTES = 255;

    private StorableText() {}

    static StatisticsKey of(StatisticsKey key) {
        return new StatisticsKey(
                key.time(),
                of(key.campaignId()),
                of(key.creativeId()),
                of(key.advertiserId()),
                of(key.exchange()),
                of(key.publisher()),
                of(key.country()),
                of(key.region()),
                of(key.device()),
                of(key.dataCenter()),
                of(key.currency()));
    }

    static String of(String text) {
        byte[] bytes = text.replace('\0', '\uFFFD').getBytes(UTF_8);
        int length = Math.min(bytes.length, MOST_BYTES);
        // Never within a character: its later bytes are 10xxxxxx.
        while (length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
            length--;
        }
        return new String(bytes, 0, length, UTF_8);
    }
}
