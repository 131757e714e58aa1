package io.lightflow.service.access;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Bounds what each client may do in a second, with a token bucket for each. Thread-safe. */
public final class RateLimit {
    static final int MAX_CLIENTS = 10_000;
    /** Clients that arrive while there are too many share one bucket. */
    private static final String OTHERS = "";

    private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final double perSecond;
    private final double burst;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new HashMap<>();

    private static final class Bucket {
        private double permits;
        private long filledAt;
    }

    /**
     * @param perSecond permits that a client gets each second
     * @param burst permits that a client can save up
     */
    public RateLimit(int perSecond, int burst) {
        this(perSecond, burst, System::nanoTime);
    }

    RateLimit(int perSecond, int burst, LongSupplier nanoTime) {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException(
                    "a rate limit needs a positive rate and burst, found " + perSecond + " and " + burst);
        }
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanoTime = nanoTime;
    }

    /** Takes the permits, if the client has so many; otherwise takes none. */
    public synchronized boolean allows(String client, int permits) {
        long now = nanoTime.getAsLong();
        Bucket bucket = filled(bucket(client, now), now);
        if (bucket.permits < permits) {
            return false;
        }
        bucket.permits -= permits;
        return true;
    }

    private Bucket bucket(String client, long now) {
        Bucket known = buckets.get(client);
        if (known != null) {
            return known;
        }
        if (buckets.size() >= MAX_CLIENTS) {
            // A full bucket is the same as none.
            buckets.values().removeIf(bucket -> filled(bucket, now).permits >= burst);
        }
        return buckets.computeIfAbsent(buckets.size() >= MAX_CLIENTS ? OTHERS : client, name -> {
            Bucket created = new Bucket();
            created.permits = burst;
            created.filledAt = now;
            return created;
        });
    }

    private Bucket filled(Bucket bucket, long now) {
        bucket.permits = Math.min(burst, bucket.permits + (now - bucket.filledAt) / NANOS_PER_SECOND * perSecond);
        bucket.filledAt = now;
        return bucket;
    }
}
