package io.lightflow.topology.eventlog;

/** A segment that has no index file yet. Its index is locked while it grows. */
final class OpenSegment {
    private static final long ACTIVE = Long.MAX_VALUE;

    private final SegmentFile file;
    private final OpenIndex index;
    private volatile long endedMs = ACTIVE;

    OpenSegment(SegmentFile file, OpenIndex index) {
        this.file = file;
        this.index = index;
    }

    SegmentFile file() {
        return file;
    }

    OpenIndex index() {
        return index;
    }

    /** Tells when the segment was full, ms since the Unix epoch. Nothing is added to it any more. */
    void end(long nowMs) {
        endedMs = nowMs;
    }

    boolean isEnded() {
        return endedMs != ACTIVE;
    }

    IndexHead head() {
        return new IndexHead(
                file.number(),
                new long[] {file.length()},
                index.size(),
                index.leastTime(),
                index.greatestTime(),
                file.begunMs(),
                endedMs);
    }
}
