package io.lightflow.topology.eventlog;

/**
 * The end of an event log at some moment. Everything before it is on disk.
 *
 * @param segment number of the segment that was written to last
 * @param length its length in bytes
 */
public record LogPosition(long segment, long length) implements Comparable<LogPosition> {
    /** The position of a log that does not exist yet. */
    public static final LogPosition NONE = new LogPosition(-1, 0);

    @Override
    public int compareTo(LogPosition other) {
        return segment == other.segment ? Long.compare(length, other.length) : Long.compare(segment, other.segment);
    }
}
