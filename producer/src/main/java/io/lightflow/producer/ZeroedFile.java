package io.lightflow.producer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of zeros that becomes a segment of the spool. The file system has given it its blocks, so that forcing an
 * event to it changes no metadata. It grows in steps, because forcing much at once delays the events of that time.
 *
 * <p>One thread extends it; another one may take it.
 */
final class ZeroedFile {
    private static final int STEP_BYTES = 1 << 20;
    /** Shorter than a step: the garbage collector handles large arrays apart. */
    private static final byte[] ZEROS = new byte[64 << 10];
    /** With less room than this many files, events need the room more. */
    private static final int MIN_FILES_OF_ROOM = 8;

    private final Path file;
    private final int bytes;
    private RandomAccessFile growing;
    private volatile boolean whole;

    ZeroedFile(Path file, int bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    boolean isWhole() {
        return whole;
    }

    /** Writes one more step, unless the disk is nearly full. */
    void extend() throws IOException {
        if (growing == null) {
            if (Files.getFileStore(file.getParent()).getUsableSpace() < (long) bytes * MIN_FILES_OF_ROOM) {
                return;
            }
            growing = new RandomAccessFile(file.toFile(), "rw");
            growing.setLength(0);
        }
        try {
            long end = Math.min(bytes, growing.getFilePointer() + STEP_BYTES);
            while (growing.getFilePointer() < end) {
                growing.write(ZEROS, 0, (int) Math.min(ZEROS.length, end - growing.getFilePointer()));
            }
            growing.getFD().sync();
            if (growing.getFilePointer() == bytes) {
                growing.close();
                growing = null;
                whole = true;
            }
        } catch (IOException e) {
            delete();
            throw e;
        }
    }

    /** The whole file, which the caller moves at once; null if it is not whole. */
    Path take() {
        if (!whole) {
            return null;
        }
        whole = false;
        return file;
    }

    void delete() throws IOException {
        whole = false;
        if (growing != null) {
            growing.close();
            growing = null;
        }
        Files.deleteIfExists(file);
    }
}
