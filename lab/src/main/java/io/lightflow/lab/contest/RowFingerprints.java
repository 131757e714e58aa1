package io.lightflow.lab.contest;

import java.nio.charset.StandardCharsets;

/** Fingerprints the key of a minute row. */
final class RowFingerprints {
    private static final long MINUTE_MS = 60_000;

    private RowFingerprints() {}

    static long minute(long timeMs) {
        return Math.floorDiv(timeMs, MINUTE_MS);
    }

    /** @param dimensions campaign, creative, exchange, publisher, country, device */
    static long of(long minute, String... dimensions) {
        Fingerprint key = new Fingerprint().add(minute);
        for (String dimension : dimensions) {
            key.add(dimension.getBytes(StandardCharsets.UTF_8));
        }
        return key.value();
    }
}
