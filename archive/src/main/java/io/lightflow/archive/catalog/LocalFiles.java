package io.lightflow.archive.catalog;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files in a local folder, without Hadoop. A file is forced to disk, and its name with it, before {@code close}
 * returns: the catalog refers to it right afterwards. Thread-safe.
 */
public final class LocalFiles implements FileIO, SupportsPrefixOperations {
    private static final long serialVersionUID = 1L;
    private static final int BUFFER_BYTES = 1 << 16;

    private static Path path(String location) {
        return location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
    }

    @Override
    public InputFile newInputFile(String location) {
        return new LocalInput(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new LocalOutput(location);
    }

    @Override
    public void deleteFile(String location) {
        try {
            Files.deleteIfExists(path(location));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + location, e);
        }
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        return () -> list(prefix);
    }

    /** In the form in which the prefix is given. */
    private static Iterator<FileInfo> list(String prefix) {
        Path folder = path(prefix);
        if (!Files.isDirectory(folder)) {
            return List.<FileInfo>of().iterator();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> info(prefix, folder, file))
                    .toList()
                    .iterator();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + prefix, e);
        }
    }

    private static FileInfo info(String prefix, Path folder, Path file) {
        String root = prefix.endsWith("/") ? prefix : prefix + "/";
        try {
            return new FileInfo(
                    root + folder.relativize(file),
                    Files.size(file),
                    Files.getLastModifiedTime(file).toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the attributes of " + file, e);
        }
    }

    @Override
    public void deletePrefix(String prefix) {
        listPrefix(prefix).forEach(file -> deleteFile(file.location()));
    }

    private record LocalInput(String location) implements InputFile {
        @Override
        public long getLength() {
            try {
                return Files.size(path(location));
            } catch (IOException e) {
                throw failure(e);
            }
        }

        @Override
        public SeekableInputStream newStream() {
            try {
                return new LocalInputStream(FileChannel.open(path(location), StandardOpenOption.READ));
            } catch (IOException e) {
                throw failure(e);
            }
        }

        private RuntimeException failure(IOException e) {
            return e instanceof NoSuchFileException || e instanceof FileNotFoundException
                    ? new NotFoundException(e, "no file %s", location)
                    : new UncheckedIOException("cannot read " + location, e);
        }

        @Override
        public boolean exists() {
            return Files.exists(path(location));
        }
    }

    private record LocalOutput(String location) implements OutputFile {
        @Override
        public PositionOutputStream create() {
            return open(StandardOpenOption.CREATE_NEW);
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return open(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        }

        private PositionOutputStream open(StandardOpenOption... options) {
            Path file = path(location);
            try {
                createFolder(file.getParent());
                StandardOpenOption[] all = Stream.concat(Stream.of(StandardOpenOption.WRITE), Stream.of(options))
                        .toArray(StandardOpenOption[]::new);
                return new LocalOutputStream(file, FileChannel.open(file, all));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot create " + location, e);
            }
        }

        private static void createFolder(Path folder) throws IOException {
            if (!Files.isDirectory(folder)) {
                createFolder(folder.getParent());
                Files.createDirectories(folder);
                force(folder.getParent());
            }
        }

        @Override
        public InputFile toInputFile() {
            return new LocalInput(location);
        }
    }

    /** Forces the names of a folder to disk. */
    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static final class LocalOutputStream extends PositionOutputStream {
        private final Path file;
        private final FileChannel channel;
        private final OutputStream out;
        private long position;
        private boolean closed;

        LocalOutputStream(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
            this.out = new java.io.BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int oneByte) throws IOException {
            out.write(oneByte);
            position++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            position += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                out.flush();
                channel.force(true);
            } finally {
                channel.close();
            }
            force(file.getParent());
        }
    }

    private static final class LocalInputStream extends SeekableInputStream {
        private final FileChannel channel;
        private final ByteBuffer one = ByteBuffer.allocate(1);

        LocalInputStream(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public long getPos() throws IOException {
            return channel.position();
        }

        @Override
        public void seek(long position) throws IOException {
            channel.position(position);
        }

        @Override
        public int read() throws IOException {
            one.clear();
            return channel.read(one) < 0 ? -1 : one.get(0) & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(bytes, from, length));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
