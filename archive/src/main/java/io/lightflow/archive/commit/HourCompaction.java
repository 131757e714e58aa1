package io.lightflow.archive.commit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Merges the small files of closed hours. The committer of the table calls it between commits, so it never competes
 * with them. The new snapshot carries the ledger unchanged.
 */
public final class HourCompaction {
    /** A file of this size is left alone. */
    static final long TARGET_BYTES = 128L << 20;
    /** Most bytes that are merged at once; more of an hour follow in the next round. */
    private static final long MAX_INPUT_BYTES = 2 * TARGET_BYTES;

    /** A file joins the smaller ones if it is at most so many times as large as all of them together, */
    private static final long MAX_RATIO = 8;
    /** or if there are so many of them. */
    private static final int MANY_FILES = 32;

    private static final long HOUR_MS = Duration.ofHours(1).toMillis();
    /** Hours that got records later than this after their end keep small files. */
    private static final Duration LOOK_BACK = Duration.ofDays(3);

    private final SnapshotCommits commits;
    private final Merger merger;

    /** Merges files of one hour into one, with the rows in the order of the table. */
    @FunctionalInterface
    public interface Merger {
        DataFile merge(List<DataFile> files);
    }

    public HourCompaction(Table table, Merger merger) {
        this(new SnapshotCommits(table), merger);
    }

    HourCompaction(SnapshotCommits commits, Merger merger) {
        this.commits = commits;
        this.merger = merger;
    }

    /**
     * Merges files of one closed hour, if there are two or more small ones.
     *
     * @param closedMs event time before which all records have been read
     * @return whether files were merged
     */
    public boolean run(long closedMs) {
        commits.ledger();
        List<DataFile> files = choose(closedMs);
        if (files.size() < 2) {
            return false;
        }
        DataFile merged = merger.merge(files);
        long rows = files.stream().mapToLong(DataFile::recordCount).sum();
        if (merged.recordCount() != rows) {
            throw new IllegalStateException("merging " + files.size() + " files of "
                    + commits.table().name() + " must give " + rows + " rows, found " + merged.recordCount());
        }
        commits.commit(UnaryOperator.identity(), table -> rewrite(table, files, merged), "[]");
        return true;
    }

    private static RewriteFiles rewrite(Table table, List<DataFile> files, DataFile merged) {
        RewriteFiles rewrite = table.newRewrite();
        files.forEach(rewrite::deleteFile);
        return rewrite.addFile(merged);
    }

    /** The smallest files of the oldest hour that has several small ones. */
    private List<DataFile> choose(long closedMs) {
        int closedHour = Math.toIntExact(Math.floorDiv(closedMs, HOUR_MS));
        long sinceMicros = (closedMs - LOOK_BACK.toMillis()) * 1000;
        Map<Integer, List<DataFile>> hours = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks = commits.table()
                .newScan()
                .filter(Expressions.greaterThanOrEqual("event_time", sinceMicros))
                .planFiles()) {
            for (FileScanTask task : tasks) {
                DataFile file = task.file();
                Integer hour = file.partition().get(0, Integer.class);
                if (hour < closedHour
                        && file.fileSizeInBytes() < TARGET_BYTES
                        && task.deletes().isEmpty()) {
                    hours.computeIfAbsent(hour, absent -> new ArrayList<>()).add(file.copyWithoutStats());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the files of " + commits.table().name(), e);
        }
        for (List<DataFile> files : hours.values()) {
            List<DataFile> chosen = smallest(files);
            if (chosen.size() >= 2) {
                return chosen;
            }
        }
        return List.of();
    }

    private static List<DataFile> smallest(List<DataFile> files) {
        files.sort(Comparator.comparingLong(DataFile::fileSizeInBytes));
        List<DataFile> chosen = new ArrayList<>();
        long bytes = 0;
        for (DataFile file : files) {
            if (bytes + file.fileSizeInBytes() > MAX_INPUT_BYTES) {
                break;
            }
            bytes += file.fileSizeInBytes();
            chosen.add(file);
        }
        // Otherwise a trickle of late records would rewrite a large file with every commit.
        while (chosen.size() >= 2 && chosen.size() < MANY_FILES) {
            long largest = chosen.get(chosen.size() - 1).fileSizeInBytes();
            if (largest <= MAX_RATIO * (bytes - largest)) {
                break;
            }
            bytes -= largest;
            chosen.remove(chosen.size() - 1);
        }
        return chosen;
    }
}
