package io.lightflow.lab.feed;

import java.util.List;
import java.util.SplittableRandom;

/** A seeded random generator with the same sequence on every version of Java. Not thread-safe. */
final class Draw {
    private final SplittableRandom random;

    Draw(long seed) {
        random = new SplittableRandom(seed);
    }

    /** From 0 to {@code bound - 1}; {@code bound} is 1 or more. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From 0 to {@code bound - 1}; {@code bound} is 1 or more. */
    long below(long bound) {
        return random.nextLong(bound);
    }

    /** From 0 up to but not 1. */
    double fraction() {
        return random.nextDouble();
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Exponentially distributed. */
    double exponential(double mean) {
        return -mean * StrictMath.log(1 - random.nextDouble());
    }

    /** Log-uniformly distributed between least and most. */
    long logUniform(long least, long most) {
        return (long) (least * StrictMath.exp(random.nextDouble() * StrictMath.log((double) most / least)));
    }
}
