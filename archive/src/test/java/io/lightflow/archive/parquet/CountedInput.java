package io.lightflow.archive.parquet;

import java.io.IOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** Counts the bytes that are read from a file. Not thread-safe. */
final class CountedInput implements InputFile {
    private final InputFile file;
    private long bytes;

    CountedInput(InputFile file) {
        this.file = file;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public long getLength() {
        return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
        SeekableInputStream stream = file.newStream();
        return new SeekableInputStream() {
            @Override
            public long getPos() throws IOException {
                return stream.getPos();
            }

            @Override
            public void seek(long position) throws IOException {
                stream.seek(position);
            }

            @Override
            public int read() throws IOException {
                bytes++;
                return stream.read();
            }

            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                int read = stream.read(target, from, length);
                bytes += Math.max(0, read);
                return read;
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public String location() {
        return file.location();
    }

    @Override
    public boolean exists() {
        return file.exists();
    }
}
