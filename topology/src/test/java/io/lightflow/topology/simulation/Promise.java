package io.lightflow.topology.simulation;

import java.util.function.Supplier;

/** Asserts what the platform promises. */
final class Promise {
    private Promise() {}

    /** @param promise what was promised and what was found, beginning with the letter of the invariant */
    static void require(boolean kept, Supplier<String> promise) {
        if (!kept) {
            throw new AssertionError(promise.get());
        }
    }

    static void requireEqual(Object found, Object expected, String promise) {
        require(expected.equals(found), () -> promise + ": expected " + expected + ", found " + found);
    }
}
