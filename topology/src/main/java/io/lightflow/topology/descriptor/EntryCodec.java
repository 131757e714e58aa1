package io.lightflow.topology.descriptor;

import io.lightflow.event.BlockEntry;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes the entries of a topology's blocks to bytes and reads them back. Storm needs it when it has put a spout's task
 * and its loop's task into different workers. Both run the same build, so the format may change with any of them.
 * Thread-safe.
 */
public interface EntryCodec {

    /** @throws IllegalArgumentException if the topology's decoder makes no such entry */
    void write(DataOutput out, BlockEntry entry) throws IOException;

    BlockEntry read(DataInput in) throws IOException;

    /** Writes bytes that may be absent. */
    static void writeBytes(DataOutput out, byte[] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    /** Reads what {@link #writeBytes} wrote. */
    static byte[] readBytes(DataInput in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** Writes a string of any length that may be absent; {@link DataOutput#writeUTF} takes 64 KB at most. */
    static void writeString(DataOutput out, String string) throws IOException {
        writeBytes(out, string == null ? null : string.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads what {@link #writeString} wrote. */
    static String readString(DataInput in) throws IOException {
        byte[] bytes = readBytes(in);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
