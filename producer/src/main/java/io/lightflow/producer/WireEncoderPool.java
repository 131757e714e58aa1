package io.lightflow.producer;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** A lock-free pool of encoders for any number of threads; it keeps at most {@value #CAPACITY}. */
final class WireEncoderPool {
    private static final int CAPACITY = 64;

    private final AtomicReferenceArray<WireEncoder> free = new AtomicReferenceArray<>(CAPACITY);

    WireEncoder borrow() {
        WireEncoder encoder = free.getAndSet(slot(), null);
        return encoder == null ? new WireEncoder() : encoder;
    }

    void release(WireEncoder encoder) {
        free.set(slot(), encoder);
    }

    private static int slot() {
        return (int) Thread.currentThread().getId() & (CAPACITY - 1);
    }
}
