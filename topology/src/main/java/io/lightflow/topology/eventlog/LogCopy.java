package io.lightflow.topology.eventlog;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies the files of a log: what never changes by hard links, the active segment by its bytes. */
final class LogCopy {
    private LogCopy() {}

    static void write(LogView view, Path copy) throws IOException {
        for (SealedIndex index : view.sealed()) {
            link(index.path(), copy);
        }
        SegmentFile active = view.active().file();
        for (SegmentFile file : view.files().values()) {
            if (file != active) {
                link(file.path(), copy);
            }
        }
        copyBytes(active.path(), copy.resolve(active.path().getFileName()), active.length());
        SegmentFile.forceDirectory(copy);
    }

    private static void link(Path file, Path copy) throws IOException {
        Path target = copy.resolve(file.getFileName());
        try {
            Files.createLink(target, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, target);
        }
    }

    private static void copyBytes(Path from, Path to, long count) throws IOException {
        try (InputStream input = new FileInputStream(from.toFile());
                FileOutputStream output = new FileOutputStream(to.toFile())) {
            byte[] buffer = new byte[1 << 16];
            long left = count;
            while (left > 0) {
                int read = input.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new IOException(from + " ends " + left + " bytes too early");
                }
                output.write(buffer, 0, read);
                left -= read;
            }
            output.getFD().sync();
        }
    }
}
