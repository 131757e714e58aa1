package io.lightflow.topology.eventlog;

import io.lightflow.time.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where an event log keeps its files, how long, and in which portions.
 *
 * @param directory its own directory, created when absent
 * @param retention how long an event can be read at least after it was written
 * @param maxSegmentEvents number of events after which a segment is full; bounds the memory of the open index, which
 *     takes about 40 bytes of heap per event
 * @param maxSegmentBytes bytes after which a segment is full; bounds what opening the log reads
 * @param fanIn number of neighboring indexes of one size that are merged into one
 */
public record EventLogSettings(
        Path directory, Duration retention, int maxSegmentEvents, int maxSegmentBytes, int fanIn) {
    private static final int DEFAULT_SEGMENT_EVENTS = 1 << 19;
    private static final int DEFAULT_SEGMENT_BYTES = 1 << 28;
    private static final int DEFAULT_FAN_IN = 8;

    /** A segment is full after this part of the retention, so that files can be dropped whole. */
    private static final int SEGMENTS_PER_RETENTION = 8;

    public EventLogSettings {
        Objects.requireNonNull(directory, "directory");
        if (retention.toMillis() < SEGMENTS_PER_RETENTION) {
            throw new IllegalArgumentException(
                    "expected a retention of at least 8 ms, found " + Durations.format(retention));
        }
        if (maxSegmentEvents < 1 || maxSegmentBytes < 1 || fanIn < 2) {
            throw new IllegalArgumentException("expected at least one event and one byte per segment and a fan-in of at"
                    + " least 2, found " + maxSegmentEvents + ", " + maxSegmentBytes + " and " + fanIn);
        }
    }

    /** With the portions that were measured best. */
    public EventLogSettings(Path directory, Duration retention) {
        this(directory, retention, DEFAULT_SEGMENT_EVENTS, DEFAULT_SEGMENT_BYTES, DEFAULT_FAN_IN);
    }

    /** The longest time in ms between the first and the last write of a segment. */
    long maxSegmentSpanMs() {
        return retention.toMillis() / SEGMENTS_PER_RETENTION;
    }

    /** The longest time in ms between the first and the last write of segments that share an index. */
    long maxMergedSpanMs() {
        return retention.toMillis() / 2;
    }
}
