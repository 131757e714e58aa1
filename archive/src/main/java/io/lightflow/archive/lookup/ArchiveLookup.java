package io.lightflow.archive.lookup;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.table.ArchiveTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Looks up single rows in the tables of a group, at the snapshots of its creation. It reads files through Iceberg's
 * file access and with a few threads, and needs no query engine. Thread-safe.
 */
public final class ArchiveLookup implements AutoCloseable {
    /** Files that are searched before the search looks whether it may stop. */
    private static final int BATCH_FILES = 64;

    private final Map<ArchiveTable, TableLookup> tables = new EnumMap<>(ArchiveTable.class);
    private final ExecutorService threads;

    /**
     * Rows that were found, and the hours that were searched for them.
     *
     * @param firstHour the oldest hour that was searched; empty if there is none
     * @param lastHour the newest hour that was searched
     */
    public record Search(List<ArchivedRow> rows, OptionalLong firstHour, OptionalLong lastHour) {}

    private record FileSearch(ArchiveTable table, String file, String column) {}

    /** Reads the metadata of the group's tables. */
    public ArchiveLookup(ArchiveCatalog catalog, String group) {
        threads = Executors.newFixedThreadPool(
                Math.min(8, Math.max(2, Runtime.getRuntime().availableProcessors())), work -> {
                    Thread thread = new Thread(work, "lightflow-lookup");
                    thread.setDaemon(true);
                    return thread;
                });
        try {
            List<Callable<Optional<TableLookup>>> openings = new ArrayList<>();
            for (ArchiveTable kind : ArchiveTable.values()) {
                openings.add(() -> catalog.existingTable(group, kind).map(table -> new TableLookup(kind, table)));
            }
            for (Optional<TableLookup> opened : all(openings)) {
                opened.ifPresent(table -> tables.put(table.kind(), table));
            }
        } catch (RuntimeException e) {
            threads.shutdownNow();
            throw e;
        }
    }

    /** Whether the group has the table. */
    public boolean has(ArchiveTable table) {
        return tables.containsKey(table);
    }

    /** The ledger of a table that exists. */
    public TableLedger ledger(ArchiveTable table) {
        return tables.get(table).ledger();
    }

    /**
     * Searches newest hours first, and ends after the first hour that has a row.
     *
     * @param columns the column to search in each table
     * @param stop ends the search early
     */
    public Search newest(Map<ArchiveTable, String> columns, String value, BooleanSupplier stop) {
        NavigableMap<Long, List<FileSearch>> hours = new TreeMap<>();
        columns.forEach((table, column) -> collect(table, column, HourRange.ALL, hours));
        List<ArchivedRow> found = new ArrayList<>();
        long oldest = Long.MAX_VALUE;
        List<FileSearch> batch = new ArrayList<>();
        for (Map.Entry<Long, List<FileSearch>> hour : hours.descendingMap().entrySet()) {
            batch.addAll(hour.getValue());
            oldest = hour.getKey();
            if (batch.size() >= BATCH_FILES || hour.getKey().equals(hours.firstKey())) {
                found.addAll(search(batch, value));
                batch.clear();
                if (!found.isEmpty() || stop.getAsBoolean()) {
                    break;
                }
            }
        }
        return hours.isEmpty()
                ? new Search(found, OptionalLong.empty(), OptionalLong.empty())
                : new Search(found, OptionalLong.of(oldest), OptionalLong.of(hours.lastKey()));
    }

    /**
     * The rows of a table with a value.
     *
     * @param column path of a string column: an id, which has Bloom filters, or the join key, by which files are sorted
     */
    public List<ArchivedRow> find(ArchiveTable table, String column, String value, HourRange range) {
        NavigableMap<Long, List<FileSearch>> hours = new TreeMap<>();
        collect(table, column, range, hours);
        List<FileSearch> files = new ArrayList<>();
        hours.values().forEach(files::addAll);
        return search(files, value);
    }

    private void collect(
            ArchiveTable table, String column, HourRange range, NavigableMap<Long, List<FileSearch>> hours) {
        TableLookup lookup = tables.get(table);
        if (lookup != null) {
            lookup.filesByHour().forEach((hour, files) -> {
                if (range.contains(hour)) {
                    files.forEach(file -> hours.computeIfAbsent(hour, absent -> new ArrayList<>())
                            .add(new FileSearch(table, file, column)));
                }
            });
        }
    }

    private List<ArchivedRow> search(List<FileSearch> files, String value) {
        List<Callable<List<ArchivedRow>>> searches = new ArrayList<>();
        files.forEach(
                search -> searches.add(() -> tables.get(search.table()).find(search.file(), search.column(), value)));
        List<ArchivedRow> rows = new ArrayList<>();
        all(searches).forEach(rows::addAll);
        return rows;
    }

    private <T> List<T> all(List<Callable<T>> work) {
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(work)) {
                results.add(result.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException("a search failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the search was interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
