package io.lightflow.producer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** What becomes of events while Kafka is away, or slower than they come. */
public sealed interface WhenAway {

    /**
     * They wait in memory; when that is full, whoever sends waits.
     *
     * @param deadline how long one call may wait before it fails with {@link NotTakenException}; at least 1 ms
     */
    record Block(Duration deadline) implements WhenAway {
        public Block {
            if (deadline.toMillis() < 1) {
                throw new IllegalArgumentException("deadline of BLOCK: expected 1 ms or more, found " + deadline);
            }
        }
    }

    /** They wait in memory; when that is full, events are dropped and counted. Nobody ever waits. */
    record Drop() implements WhenAway {}

    /**
     * Every event is written to a file before it is sent, and is forgotten when Kafka has acknowledged it; what a
     * process leaves behind is sent by the next one with this directory, in the same order. Nobody ever waits for
     * Kafka.
     *
     * <p>An event is in its file when {@code send} returns: the end of the process, however sudden, loses none. What
     * Kafka has not acknowledged meanwhile is forced to the disk once in each {@code sync}, so a machine that loses
     * power may lose the events of its last two {@code sync}.
     *
     * <p>Delivery is at least once: after a crash some are sent again, and the join leaves out what it has seen by
     * their ids.
     *
     * @param directory used by one process at a time
     * @param maxBytes how large the files may become, 1 MiB or more; {@code send} fails with {@link NotTakenException}
     *     beyond that
     * @param sync zero: {@code send} returns when the event is on the disk itself
     */
    record Spool(Path directory, long maxBytes, Duration sync) implements WhenAway {
        public Spool {
            Objects.requireNonNull(directory, "directory");
            if (maxBytes < 1 << 20) {
                throw new IllegalArgumentException(
                        "maxBytes of SPOOL: expected 1048576 (1 MiB) or more, found " + maxBytes);
            }
            if (sync.isNegative()) {
                throw new IllegalArgumentException("sync of SPOOL: expected no negative duration, found " + sync);
            }
        }

        /** Up to 8 GiB, forced to the disk every 200 ms. */
        public static Spool in(Path directory) {
            return new Spool(directory, 8L << 30, Duration.ofMillis(200));
        }
    }
}
