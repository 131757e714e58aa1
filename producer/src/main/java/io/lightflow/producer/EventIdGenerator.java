package io.lightflow.producer;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Generates ids in the format of {@link EventId}. Thread-safe and lock-free. */
final class EventIdGenerator {
    private final InstantSource clock;
    private final byte[] process = new byte[EventId.PROCESS_CHARACTERS];
    /** Time in ms and sequence number of the latest id; runs ahead of a clock that was set back. */
    private final AtomicLong latest = new AtomicLong();

    EventIdGenerator(InstantSource clock) {
        this(clock, new SecureRandom().nextLong());
    }

    EventIdGenerator(InstantSource clock, long processNumber) {
        this.clock = clock;
        EventId.write(processNumber, process, 0, process.length);
    }

    String next(int shard) {
        long earliest = clock.millis() << EventId.SEQUENCE_BITS;
        long sequence = latest.updateAndGet(last -> Math.max(last + 1, earliest));
        byte[] id = new byte[EventId.LENGTH];
        EventId.write(sequence, id, 0, EventId.SEQUENCE_CHARACTERS);
        EventId.write(shard, id, EventId.SEQUENCE_CHARACTERS, EventId.SHARD_CHARACTERS);
        System.arraycopy(process, 0, id, EventId.LENGTH - process.length, process.length);
        return new String(id, StandardCharsets.ISO_8859_1);
    }
}
