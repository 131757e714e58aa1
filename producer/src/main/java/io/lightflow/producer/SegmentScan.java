package io.lightflow.producer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The frames that an earlier process left in a file.
 *
 * @param wholeBytes length of the frames before the first incomplete one
 * @param events events in them, from a position on
 * @param padded whether the rest is zeros, as of a file that was preallocated
 */
record SegmentScan(long wholeBytes, long events, boolean padded) {
    private static final int CHUNK_BYTES = 1 << 20;

    /** @param from the position from which events are counted */
    static SegmentScan of(SpoolSegment segment, long from) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.max(CHUNK_BYTES, FrameCodec.HEADER_BYTES + FrameCodec.MAX_BYTES));
        chunk.limit(0);
        long position = segment.base;
        long events = 0;
        while (position < segment.end()) {
            int length = FrameCodec.lengthAt(chunk);
            if (length == 0 || chunk.remaining() < length) {
                chunk.clear();
                segment.read(position, chunk);
                chunk.flip();
                length = FrameCodec.lengthAt(chunk);
            }
            if (length <= 0 || chunk.remaining() < length || FrameCodec.read(chunk, length) == null) {
                break;
            }
            if (position >= from) {
                events++;
            }
            position += length;
        }
        return new SegmentScan(position - segment.base, events, onlyZerosFrom(position, segment, chunk));
    }

    private static boolean onlyZerosFrom(long begin, SpoolSegment segment, ByteBuffer chunk) throws IOException {
        for (long position = begin; position < segment.end(); position += chunk.limit()) {
            chunk.clear();
            segment.read(position, chunk);
            chunk.flip();
            for (int i = 0; i < chunk.limit(); i++) {
                if (chunk.get(i) != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
