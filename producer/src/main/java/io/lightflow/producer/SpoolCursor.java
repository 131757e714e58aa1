package io.lightflow.producer;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a spool's events in their order. Used by one thread. */
final class SpoolCursor {
    private static final int CHUNK_BYTES = 256 << 10;

    private final Spool spool;
    private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private Segment segment;
    private long position;

    SpoolCursor(Spool spool, long position) {
        this.spool = spool;
        this.position = position;
    }

    /** Where the next event begins. */
    long position() {
        return position;
    }

    boolean hasNext() {
        return spool.segmentFor(position) != null;
    }

    /** The next event; null if there is none yet. */
    Outgoing next() {
        try {
            while (segment == null || position >= segment.end()) {
                Segment following = spool.segmentFor(position);
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

    private Outgoing read() throws IOException {
        load(Frame.HEADER_BYTES);
        int length = Frame.lengthAt(chunk);
        load(length);
        Outgoing event = length <= 0 || chunk.remaining() < length ? null : Frame.read(chunk, length);
        if (event == null) {
            throw new IOException("expected an event at " + position + " of " + segment.file()
                    + ", found other bytes: the file was changed or the disk is damaged."
                    + " The next process that opens the spool keeps the file aside, and goes on behind it");
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
