package io.lightflow.producer;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Lends encoders, without a lock and to any number of threads; at most {@value #KEPT} are kept. */
final class WireEncoders {
    private static final int KEPT = 64;

    private final AtomicReferenceArray<WireEncoder> free = new AtomicReferenceArray<>(KEPT);

    WireEncoder borrow() {
        WireEncoder encoder = free.getAndSet(slot(), null);
        return encoder == null ? new WireEncoder() : encoder;
    }

    void giveBack(WireEncoder encoder) {
        free.set(slot(), encoder);
    }

    private static int slot() {
        return (int) Thread.currentThread().getId() & (KEPT - 1);
    }
}
