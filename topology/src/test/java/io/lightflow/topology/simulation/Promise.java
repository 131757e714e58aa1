package io.lightflow.topology.simulation;

import java.util.function.Supplier;

/** Asserts the platform's guarantees. */
final class Promise {
    private Promise() {}

    /** @param promise the guarantee and the finding, beginning with the letter of the invariant */
    static void require(boolean kept, Supplier<String> promise) {
        if (!kept) {
            throw new AssertionError(promise.get());
        }
    }

    static void requireEqual(Object found, Object expected, String promise) {
        require(expected.equals(found), () -> promise + ": expected " + expected + ", found " + found);
    }
}
