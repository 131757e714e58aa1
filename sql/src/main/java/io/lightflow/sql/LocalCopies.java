package io.lightflow.sql;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;

/**
 * Data files of tables as files of a local folder, which are all that DuckDB reads. A file that is in HDFS or in an
 * object store is copied whole. Data files never change, so later queries use the copy, until others need its room.
 * Used by one thread.
 */
public final class LocalCopies implements AutoCloseable {
    /** Requests at the same time: a storage answers each of them slowly. */
    private static final int CONNECTIONS = 8;

    private static final long MEBIBYTE = 1 << 20;

    private final Path folder;
    private final long maxBytes;
    private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS, work -> {
        Thread thread = new Thread(work, "lightflow-copies");
        thread.setDaemon(true);
        return thread;
    });
    /** By location; the one that was not used for longest is the first. */
    private final Map<String, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
    /** Locations that the present query reads. */
    private final Set<String> needed = new HashSet<>();

    private long deadlineNanos;
    private int names;

    private record Copy(Path file, long bytes) {}

    /**
     * Copies nothing until a query needs it.
     *
     * @param folder an existing folder, in which nobody else writes; its owner deletes it
     * @param maxMb most MiB of all copies
     */
    public LocalCopies(Path folder, int maxMb) {
        this(maxMb * MEBIBYTE, folder);
        if (maxMb < 1) {
            throw new IllegalArgumentException("the limit of copies: expected at least 1 MiB, found " + maxMb);
        }
    }

    private LocalCopies(long maxBytes, Path folder) {
        this.folder = folder;
        this.maxBytes = maxBytes;
    }

    static LocalCopies ofBytes(Path folder, long maxBytes) {
        return new LocalCopies(maxBytes, folder);
    }

    /**
     * Begins a query, which needs no copy of a former one.
     *
     * @param timeout for all copies of the query
     */
    public void startQuery(Duration timeout) {
        needed.clear();
        deadlineNanos = System.nanoTime() + timeout.toNanos();
    }

    /**
     * Files of a table in a local folder, which stay until the next query.
     *
     * @param name of the table, for messages
     * @throws SqlException if the storage fails, or the copies of the query need more room or time than there is
     */
    List<Path> of(String name, Table table, Collection<DataFile> files) {
        List<DataFile> remote =
                files.stream().filter(file -> !isLocal(file.location())).toList();
        if (!remote.isEmpty()) {
            copyMissing(name, table, remote);
        }
        List<Path> local = new ArrayList<>(files.size());
        for (DataFile file : files) {
            local.add(
                    isLocal(file.location())
                            ? localPath(file.location())
                            : copies.get(file.location()).file());
        }
        return local;
    }

    static boolean isLocal(String location) {
        String scheme = URI.create(location).getScheme();
        return scheme == null || scheme.equals("file");
    }

    static Path localPath(String location) {
        return Path.of(URI.create(location).getPath());
    }

    private void copyMissing(String name, Table table, List<DataFile> files) {
        List<DataFile> missing = new ArrayList<>();
        for (DataFile file : files) {
            if (needed.add(file.location()) && copies.get(file.location()) == null) {
                missing.add(file);
            }
        }
        makeRoom(name, missing.stream().mapToLong(DataFile::fileSizeInBytes).sum());
        List<Callable<Copy>> work = new ArrayList<>();
        for (DataFile file : missing) {
            Path to = folder.resolve(names++ + ".parquet");
            work.add(() -> copy(table, file, to));
        }
        List<Future<Copy>> done = invokeAll(work);
        RuntimeException failure = null;
        for (int i = 0; i < done.size(); i++) {
            try {
                copies.put(missing.get(i).location(), done.get(i).get());
            } catch (CancellationException e) {
                failure = SqlException.timeout(
                        "copying files of " + name + " took longer than the query may take. Read fewer hours, or raise"
                                + " the limit of time.",
                        e);
            } catch (ExecutionException e) {
                failure = SqlException.unavailable(
                        "a file of " + name + " cannot be copied from its storage: " + e.getCause(), e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failure = SqlException.unavailable("copying files of " + name + " was interrupted", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private List<Future<Copy>> invokeAll(List<Callable<Copy>> work) {
        try {
            return threads.invokeAll(work, Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SqlException.unavailable("copying files was interrupted", e);
        }
    }

    private static Copy copy(Table table, DataFile file, Path to) throws IOException {
        try (InputStream in = table.io().newInputFile(file.location()).newStream()) {
            long bytes = Files.copy(in, to);
            if (bytes != file.fileSizeInBytes()) {
                throw new IOException(
                        "expected " + file.fileSizeInBytes() + " bytes of " + file.location() + ", found " + bytes);
            }
            return new Copy(to, bytes);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(to);
            throw e;
        }
    }

    /** Deletes copies of former queries until there is room for more bytes. */
    private void makeRoom(String name, long more) {
        long used = copies.values().stream().mapToLong(Copy::bytes).sum();
        Iterator<Map.Entry<String, Copy>> oldest = copies.entrySet().iterator();
        while (used + more > maxBytes && oldest.hasNext()) {
            Map.Entry<String, Copy> next = oldest.next();
            if (!needed.contains(next.getKey())) {
                used -= next.getValue().bytes();
                delete(next.getValue().file());
                oldest.remove();
            }
        }
        if (used + more > maxBytes) {
            throw new SqlException("the query reads " + mebibytes(used + more) + " MiB of files that are not in a local"
                    + " folder, with " + mebibytes(more) + " MiB of " + name + ", and copies of at most "
                    + mebibytes(maxBytes) + " MiB are kept. Read fewer hours, or raise the limit of copies.");
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + MEBIBYTE - 1) / MEBIBYTE;
    }

    private static void delete(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            throw SqlException.unavailable("the copy " + copy + " of a data file cannot be deleted: " + e, e);
        }
    }

    /** Ends copying. The copies are deleted with their folder. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
