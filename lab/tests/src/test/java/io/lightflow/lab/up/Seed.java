package io.lightflow.lab.up;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The seed of a random test: {@code -Dseed=N}, or one that is drawn; printed, so that a failure comes back on demand.
 */
final class Seed {
    private Seed() {}

    static long choose() {
        Long wanted = Long.getLong("seed");
        long seed = wanted != null ? wanted : ThreadLocalRandom.current().nextLong(1_000_000);
        System.out.println("seed " + seed);
        return seed;
    }
}
