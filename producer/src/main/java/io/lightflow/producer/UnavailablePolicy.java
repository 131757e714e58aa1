package io.lightflow.producer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** The fate of events while Kafka is unavailable, or slower than they arrive. */
public sealed interface UnavailablePolicy {

    /**
     * Buffers events in memory; when the buffer is full, {@code send} blocks.
     *
     * @param deadline how long one call may block before it fails with {@link NotAcceptedException}; at least 1 ms
     */
    record Block(Duration deadline) implements UnavailablePolicy {
        public Block {
            if (deadline.toMillis() < 1) {
                throw new IllegalArgumentException("deadline of Block: expected 1 ms or more, found " + deadline);
            }
        }
    }

    /** Buffers events in memory; when the buffer is full, events are dropped and counted. {@code send} never blocks. */
    record Drop() implements UnavailablePolicy {}

    /**
     * Writes every event to a file before it is sent, and deletes it when Kafka has acknowledged it. The next process
     * with this directory sends the events that a process leaves behind, in the same order. {@code send} never waits
     * for Kafka.
     *
     * <p>An event is in its file when {@code send} returns: the end of the process, however sudden, loses none.
     * Unacknowledged events are forced to disk once every {@code sync}, so a power failure may lose the events of the
     * last two intervals.
     *
     * <p>Delivery is at least once: after a crash some events are resent, and the join drops duplicates by id.
     *
     * @param directory one process at a time may use it
     * @param maxBytes maximum size of the files, 1 MiB or more; beyond it {@code send} fails with
     *     {@link NotAcceptedException}
     * @param sync interval of forcing files to disk; with zero, {@code send} returns when the event is on disk
     */
    record Spool(Path directory, long maxBytes, Duration sync) implements UnavailablePolicy {
        public Spool {
            Objects.requireNonNull(directory, "directory");
            if (maxBytes < 1 << 20) {
                throw new IllegalArgumentException(
                        "maxBytes of Spool: expected 1048576 (1 MiB) or more, found " + maxBytes);
            }
            if (sync.isNegative()) {
                throw new IllegalArgumentException("sync of Spool: expected a duration of 0 or more, found " + sync);
            }
        }

        /** Up to 8 GiB, forced to disk every 200 ms. */
        public static Spool in(Path directory) {
            return new Spool(directory, 8L << 30, Duration.ofMillis(200));
        }
    }
}
