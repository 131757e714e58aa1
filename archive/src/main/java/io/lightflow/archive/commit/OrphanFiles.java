package io.lightflow.archive.commit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Deletes files that nothing refers to: those of attempts that crashed or failed. A file may belong to a commit that is
 * still to be made, or that is in doubt. So a file is deleted only if it is older than any commit may become, and if
 * the table does not refer to it afterwards.
 */
public final class OrphanFiles {
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
        List<String> candidates = new ArrayList<>();
        for (FileInfo file : files.listPrefix(table.location())) {
            if (isOld(file, before)) {
                candidates.add(file.location());
            }
        }
        if (candidates.isEmpty()) {
            return List.of();
        }
        // Read after the listing: whatever is referred to until now is spared.
        Set<String> reachable = reachable();
        candidates.removeIf(reachable::contains);
        candidates.forEach(table.io()::deleteFile);
        return candidates;
    }

    boolean isOld(FileInfo file, long before) {
        return file.createdAtMillis() < before;
    }

    Set<String> reachable() {
        return ReachableFiles.of(table);
    }
}
