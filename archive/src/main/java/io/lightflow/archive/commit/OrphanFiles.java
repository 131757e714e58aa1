package io.lightflow.archive.commit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Deletes files that nothing refers to: those of attempts that crashed or failed. A file may belong to a commit that is
 * still to be made, or that is in doubt. So a file is deleted only if it is older than any commit may become, and if
 * the table does not refer to it afterwards.
 *
 * <p>Storages may name a file otherwise than the table does: {@code hdfs:///t/f} is listed as
 * {@code hdfs://node:8020/t/f}. So files are compared by their paths, without scheme and host. If the table's own
 * metadata is not among the listed files, the paths differ, too, and nothing is deleted.
 */
public final class OrphanFiles {
    private static final Pattern SCHEME_AND_HOST = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:(//[^/]*)?");

    /** Twice the age at which a commit discards its files. */
    public static final Duration MIN_AGE = TableSink.MAX_AGE_OF_FILES.multipliedBy(2);

    private final Table table;
    private final InstantSource clock;

    public OrphanFiles(Table table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    /**
     * Deletes orphans.
     *
     * @param minAge how old a file must be
     * @return the deleted files
     * @throws IllegalArgumentException if the age is less than {@link #MIN_AGE}, or the storage lists no files
     * @throws IllegalStateException if the storage lists files by other paths than those of the table
     */
    public List<String> delete(Duration minAge) {
        if (minAge.compareTo(MIN_AGE) < 0) {
            throw new IllegalArgumentException("expected an age of at least " + MIN_AGE + ", found " + minAge);
        }
        if (!(table.io() instanceof SupportsPrefixOperations files)) {
            throw new IllegalArgumentException("the storage of " + table.name() + " cannot list files: "
                    + table.io().getClass().getName());
        }
        long before = clock.millis() - minAge.toMillis();
        table.refresh();
        String metadata = ((HasTableOperations) table).operations().current().metadataFileLocation();
        boolean isComparable = false;
        List<String> candidates = new ArrayList<>();
        for (FileInfo file : files.listPrefix(table.location())) {
            isComparable |= path(file.location()).equals(path(metadata));
            if (isOld(file, before)) {
                candidates.add(file.location());
            }
        }
        if (!isComparable) {
            throw new IllegalStateException("expected " + metadata + " among the files below " + table.location()
                    + ", found none with its path. No file is deleted. Set archive.warehouse to the name by which the"
                    + " storage lists files.");
        }
        if (candidates.isEmpty()) {
            return List.of();
        }
        // Read after the listing: whatever is referred to until now is spared.
        Set<String> reachable = reachable().stream().map(OrphanFiles::path).collect(Collectors.toSet());
        candidates.removeIf(candidate -> reachable.contains(path(candidate)));
        candidates.forEach(table.io()::deleteFile);
        return candidates;
    }

    private static String path(String location) {
        return SCHEME_AND_HOST.matcher(location).replaceFirst("");
    }

    boolean isOld(FileInfo file, long before) {
        return file.createdAtMillis() < before;
    }

    Set<String> reachable() {
        return ReachableFiles.of(table);
    }
}
