package io.lightflow.producer;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a spool's events in order. One thread uses it. */
final class SpoolCursor {
    private static final int CHUNK_BYTES = 256 << 10;

    private final Spool spool;
    private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private SpoolSegment segment;
    private long position;

    SpoolCursor(Spool spool, long position) {
        this.spool = spool;
        this.position = position;
    }

    /** The position of the next event. */
    long position() {
        return position;
    }

    boolean hasNext() {
        return spool.segmentFor(position) != null;
    }

    /** Reads the next event; null if there is none yet. */
    OutgoingEvent next() {
        try {
            while (segment == null || position >= segment.end()) {
                SpoolSegment following = spool.segmentFor(position);
                if (following == null) {
                    return null;
                }
                segment = following;
                position = Math.max(position, segment.base);
                chunk.limit(0);
            }
            return read();
        } catch (IOException e) {
            throw new SpoolException("Reading the spool in " + spool.directory() + " failed at " + position, e);
        }
    }

    private OutgoingEvent read() throws IOException {
        load(FrameCodec.HEADER_BYTES);
        int length = FrameCodec.lengthAt(chunk);
        load(length);
        OutgoingEvent event = length <= 0 || chunk.remaining() < length ? null : FrameCodec.read(chunk, length);
        if (event == null) {
            throw new IOException("expected an event at " + position + " of " + segment.file()
                    + ", found other bytes: the file was modified or the disk is damaged."
                    + " The next process that opens the spool keeps a copy of the file and continues after it");
        }
        position += length;
        return event;
    }

    private void load(int wanted) throws IOException {
        if (chunk.remaining() >= wanted) {
            return;
        }
        if (chunk.capacity() < wanted) {
            chunk = ByteBuffer.allocate(wanted);
        }
        chunk.clear();
        segment.read(position, chunk);
        chunk.flip();
    }
}
