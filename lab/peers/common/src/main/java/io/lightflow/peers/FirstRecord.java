package io.lightflow.peers;

import java.util.concurrent.atomic.AtomicBoolean;

/** Tells the bench when the first record is processed: the line {@code FIRST} with ms since the Unix epoch. */
public final class FirstRecord {
    private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();

    private FirstRecord() {}

    /** Call it for every record. */
    public static void announce() {
        if (!ANNOUNCED.getPlain() && ANNOUNCED.compareAndSet(false, true)) {
            System.out.println("FIRST " + System.currentTimeMillis());
            System.out.flush();
        }
    }
}
