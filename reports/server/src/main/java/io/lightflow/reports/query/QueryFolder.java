package io.lightflow.reports.query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A temporary folder of a query or of a process for queries. */
record QueryFolder(Path path) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueryFolder.class);

    /** @param parent an existing folder */
    static QueryFolder create(Path parent, String prefix) throws IOException {
        return new QueryFolder(Files.createTempDirectory(parent, prefix).toAbsolutePath());
    }

    /** Deletes the folder and all its files. */
    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("The folder {} of queries cannot be deleted", path, e);
        }
    }
}
