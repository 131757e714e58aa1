package io.lightflow.producer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What an earlier process has left in a file.
 *
 * @param wholeBytes length of the frames up to the first that is not whole
 * @param events in them, from a position on
 */
record SegmentScan(long wholeBytes, long events) {
    private static final int CHUNK_BYTES = 1 << 20;

    /** @param from position from which on events are counted */
    static SegmentScan of(Segment segment, long from) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.max(CHUNK_BYTES, Frame.HEADER_BYTES + Frame.LONGEST_BYTES));
        chunk.limit(0);
        long position = segment.base;
        long events = 0;
        while (position < segment.end()) {
            int length = Frame.lengthAt(chunk);
            if (length == 0 || chunk.remaining() < length) {
                chunk.clear();
                segment.read(position, chunk);
                chunk.flip();
                length = Frame.lengthAt(chunk);
            }
            if (length <= 0 || chunk.remaining() < length || Frame.read(chunk, length) == null) {
                break;
            }
            if (position >= from) {
                events++;
            }
            position += length;
        }
        return new SegmentScan(position - segment.base, events);
    }
}
