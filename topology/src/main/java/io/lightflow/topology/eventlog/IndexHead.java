package io.lightflow.topology.eventlog;

/**
 * What an index covers.
 *
 * @param firstSegment number of its first segment; the others follow without a gap
 * @param segmentLengths bytes of each segment
 * @param events number of events, including repeated ones
 * @param leastTime least event time in ms
 * @param greatestTime greatest event time in ms
 * @param begunMs when the first segment was begun, ms since the Unix epoch
 * @param endedMs when the last one was full, ms since the Unix epoch
 */
record IndexHead(
        long firstSegment,
        long[] segmentLengths,
        int events,
        long leastTime,
        long greatestTime,
        long begunMs,
        long endedMs) {

    long lastSegment() {
        return firstSegment + segmentLengths.length - 1;
    }
}
