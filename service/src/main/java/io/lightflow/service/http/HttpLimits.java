package io.lightflow.service.http;

import io.lightflow.service.access.RateLimit;

/**
 * Limits of the clients of an {@link HttpServer}.
 *
 * @param maxConnections open connections; the server accepts no further ones until one closes
 * @param maxRequestsPerSecond requests of one account, and requests of one address without an account. A client may
 *     save up the requests of {@value #BURST_SECONDS} seconds
 */
public record HttpLimits(int maxConnections, int maxRequestsPerSecond) {
    public static final HttpLimits DEFAULT = new HttpLimits(1_000, 1_000);

    static final int BURST_SECONDS = 2;

    private static final int MAX = 1_000_000;

    public HttpLimits {
        requireRange("maxConnections", maxConnections);
        requireRange("maxRequestsPerSecond", maxRequestsPerSecond);
    }

    /** The limit of requests, with no request counted yet. */
    public RateLimit rate() {
        return new RateLimit(maxRequestsPerSecond, BURST_SECONDS * maxRequestsPerSecond);
    }

    private static void requireRange(String key, int value) {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException(key + " must be 1 to " + MAX + ", but is " + value);
        }
    }
}
