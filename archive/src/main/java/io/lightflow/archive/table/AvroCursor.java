package io.lightflow.archive.table;

/** Reads numbers and lengths of Avro's binary encoding from an array. Reused; not thread-safe. */
final class AvroCursor {
    private byte[] bytes = {};
    private int at;

    void over(byte[] value, int from) {
        bytes = value;
        at = from;
    }

    byte[] bytes() {
        return bytes;
    }

    int at() {
        return at;
    }

    boolean isEnd() {
        return at == bytes.length;
    }

    void skip(int length) {
        at += length;
    }

    /** @throws DamagedBodyException if the bytes end before the number */
    long readLong() {
        long zigzag = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= bytes.length) {
                throw new DamagedBodyException("the body ends within a number");
            }
            byte next = bytes[at++];
            zigzag |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw new DamagedBodyException("a number has more than 10 bytes");
    }

    /** Reads a length that the remaining bytes have. */
    int readLength() {
        return require(readLong());
    }

    /** Requires so many more bytes. */
    int require(long length) {
        if (length < 0 || length > bytes.length - at) {
            throw new DamagedBodyException("expected a length of 0 to " + (bytes.length - at) + ", found " + length);
        }
        return (int) length;
    }
}
