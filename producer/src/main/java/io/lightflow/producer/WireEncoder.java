package io.lightflow.producer;

import io.lightflow.event.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.Encoder;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.Utf8;

/**
 * Encodes light events in the wire format with their generated code. It reuses one buffer, so encoding allocates only
 * the result. Not thread-safe.
 */
final class WireEncoder extends Encoder {
    private static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes = new byte[1024];
    private int length;

    /**
     * Encodes an event as a record's value.
     *
     * @throws NullPointerException if a required string is null
     * @throws UnpairedSurrogateException if a string holds an unpaired surrogate
     */
    byte[] encode(SpecificRecordBase event, int schemaId) {
        WireFormat.writeHeader(bytes, schemaId);
        length = WireFormat.HEADER_BYTES;
        try {
            event.customEncode(this);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public void writeString(String text) {
        int characters = text.length();
        ensure(MAX_VARINT_BYTES + characters);
        int before = length;
        writeVarint(characters);
        byte[] target = bytes;
        int at = length;
        for (int i = 0; i < characters; i++) {
            char character = text.charAt(i);
            if (character >= 0x80) {
                length = before;
                writeNonAscii(text);
                return;
            }
            target[at + i] = (byte) character;
        }
        length = at + characters;
    }

    private void writeNonAscii(String text) {
        if (UnpairedSurrogateException.hasUnpairedSurrogate(text)) {
            throw new UnpairedSurrogateException();
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        writeBytes(utf8, 0, utf8.length);
    }

    @Override
    public void writeLong(long value) {
        ensure(MAX_VARINT_BYTES);
        writeVarint(value);
    }

    private void writeVarint(long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        while ((zigzag & ~0x7FL) != 0) {
            bytes[length++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        bytes[length++] = (byte) zigzag;
    }

    @Override
    public void writeInt(int value) {
        writeLong(value);
    }

    @Override
    public void writeIndex(int branch) {
        writeLong(branch);
    }

    @Override
    public void writeEnum(int position) {
        writeLong(position);
    }

    @Override
    public void writeBoolean(boolean value) {
        ensure(1);
        bytes[length++] = (byte) (value ? 1 : 0);
    }

    @Override
    public void writeNull() {}

    @Override
    public void writeString(Utf8 text) {
        writeBytes(text.getBytes(), 0, text.getByteLength());
    }

    @Override
    public void writeBytes(byte[] value, int from, int count) {
        writeLong(count);
        writeFixed(value, from, count);
    }

    @Override
    public void writeBytes(ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.duplicate().get(copy);
        writeBytes(copy, 0, copy.length);
    }

    @Override
    public void writeFixed(byte[] value, int from, int count) {
        ensure(count);
        System.arraycopy(value, from, bytes, length, count);
        length += count;
    }

    @Override
    public void writeFloat(float value) {
        writeLittleEndian(Float.floatToRawIntBits(value), Float.BYTES);
    }

    @Override
    public void writeDouble(double value) {
        writeLittleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
    }

    private void writeLittleEndian(long bits, int count) {
        ensure(count);
        for (int i = 0; i < count; i++) {
            bytes[length++] = (byte) (bits >>> 8 * i);
        }
    }

    @Override
    public void writeArrayStart() {}

    @Override
    public void writeArrayEnd() {
        writeLong(0);
    }

    @Override
    public void writeMapStart() {}

    @Override
    public void writeMapEnd() {
        writeLong(0);
    }

    @Override
    public void setItemCount(long count) {
        if (count > 0) {
            writeLong(count);
        }
    }

    @Override
    public void startItem() {}

    @Override
    public void flush() {}

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
