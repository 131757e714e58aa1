package io.lightflow.event;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Reads Avro's binary encoding from an array. Unlike Avro's own decoder, it trusts no length beyond the remaining
 * bytes: a damaged record must not make a process allocate two gigabytes, or count to a trillion. It also creates
 * strings without an intermediate copy. Reused for many values; not thread-safe.
 */
public final class ArrayDecoder extends Decoder {
    private byte[] bytes = {};
    private int at;
    private int end;
    private int longestString;

    /** Starts reading at an offset. The array must not change meanwhile. */
    public ArrayDecoder over(byte[] value, int offset) {
        bytes = value;
        at = offset;
        end = value.length;
        longestString = 0;
        return this;
    }

    /** Whether every byte has been read. */
    public boolean isEnd() {
        return at == end;
    }

    /** Offset of the next byte. */
    int position() {
        return at;
    }

    /** Length of the longest string of the value that was read or skipped so far, in bytes. */
    int longestString() {
        return longestString;
    }

    @Override
    public void readNull() {}

    @Override
    public boolean readBoolean() throws IOException {
        return bytes[advance(1)] == 1;
    }

    @Override
    public int readInt() throws IOException {
        long value = readLong();
        if (value != (int) value) {
            throw new AvroRuntimeException("expected an int, found " + value);
        }
        return (int) value;
    }

    @Override
    public long readLong() throws IOException {
        long zigzag = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = bytes[advance(1)];
            zigzag |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw new AvroRuntimeException("expected a number of at most 10 bytes, found more bytes");
    }

    @Override
    public float readFloat() throws IOException {
        return ByteBuffer.wrap(bytes, advance(4), 4)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return ByteBuffer.wrap(bytes, advance(8), 8)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getDouble();
    }

    @Override
    public Utf8 readString(Utf8 old) throws IOException {
        return new Utf8(readString());
    }

    @Override
    public String readString() throws IOException {
        int length = stringLength();
        return new String(bytes, advance(length), length, StandardCharsets.UTF_8);
    }

    String readString(StringDecoder strings) throws IOException {
        int length = stringLength();
        return strings.decode(bytes, advance(length), length);
    }

    @Override
    public void skipString() throws IOException {
        advance(stringLength());
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) throws IOException {
        byte[] copy = new byte[length()];
        readFixed(copy, 0, copy.length);
        return ByteBuffer.wrap(copy);
    }

    @Override
    public void skipBytes() throws IOException {
        advance(length());
    }

    @Override
    public void readFixed(byte[] into, int start, int length) throws IOException {
        System.arraycopy(bytes, advance(length), into, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        advance(length);
    }

    @Override
    public int readEnum() throws IOException {
        return readInt();
    }

    @Override
    public long readArrayStart() throws IOException {
        return itemCount();
    }

    @Override
    public long arrayNext() throws IOException {
        return itemCount();
    }

    @Override
    public long skipArray() throws IOException {
        return skipItems();
    }

    @Override
    public long readMapStart() throws IOException {
        return itemCount();
    }

    @Override
    public long mapNext() throws IOException {
        return itemCount();
    }

    @Override
    public long skipMap() throws IOException {
        return skipItems();
    }

    @Override
    public int readIndex() throws IOException {
        return readInt();
    }

    /** Items of a block; a negative count is followed by the block's size in bytes. */
    private long itemCount() throws IOException {
        long count = readLong();
        if (count < 0) {
            readLong();
            count = -count;
        }
        return requireLeft(count);
    }

    /** Skips blocks with a size. Returns the item count of the first block without one, which the caller must skip. */
    private long skipItems() throws IOException {
        long count = readLong();
        while (count < 0) {
            advance(length());
            count = readLong();
        }
        return requireLeft(count);
    }

    private int stringLength() throws IOException {
        int length = length();
        if (length > longestString) {
            longestString = length;
        }
        return length;
    }

    private int length() throws IOException {
        return (int) requireLeft(readLong());
    }

    private long requireLeft(long length) throws EOFException {
        if (length < 0 || length > end - at) {
            throw new EOFException("expected a length of 0 to " + (end - at) + ", found " + length);
        }
        return length;
    }

    private int advance(int length) throws EOFException {
        int from = at;
        if (length > end - from) {
            throw new EOFException("expected " + length + " more bytes, found " + (end - from));
        }
        at = from + length;
        return from;
    }
}
