package io.lightflow.topology.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How old cells go: cells are written to the newest of two generations, the next is begun once the retention has
 * passed, and the oldest is dropped as a whole, its files deleted without being read, once the retention has passed
 * since the last cell was written to it. (More and shorter ones would free the disk sooner, but each is another look-up
 * for every row.) The names of its column families say when it was begun.
 *
 * <p>Not thread-safe: {@link #advance} needs to be alone, everything else may run at once.
 */
final class Generations implements AutoCloseable {
    private static final String PREFIX = "cells-from-";
    /** Stores of earlier versions, which have impressions in rows. */
    private static final List<String> FORMER_PREFIXES = List.of("rows-from-", "pages-from-", "values-from-");

    /** @param begunMs when the generation was begun, ms since the Unix epoch */
    private record Generation(long begunMs, ColumnFamilyHandle family) {}

    private final RocksDB database;
    private final ColumnFamilyOptions options;
    private final long retentionMs;
    /** Oldest first. */
    private List<Generation> generations = List.of();

    private List<ColumnFamilyHandle> families = List.of();

    /** @param found the column families of the database, of which those that are no generation are left alone */
    Generations(RocksDB database, Tuning tuning, Duration retention, Collection<ColumnFamilyHandle> found)
            throws RocksDBException {
        this.database = database;
        this.options = tuning.rowOptions();
        this.retentionMs = retention.toMillis();
        List<Generation> existing = new ArrayList<>();
        for (ColumnFamilyHandle family : found) {
            String name = new String(family.getName(), US_ASCII);
            if (name.startsWith(PREFIX)) {
                existing.add(new Generation(Long.parseLong(name.substring(PREFIX.length())), family));
            }
        }
        existing.sort(Comparator.comparingLong(Generation::begunMs));
        set(existing);
    }

    private void set(List<Generation> changed) {
        generations = List.copyOf(changed);
        families = changed.stream().map(Generation::family).toList();
    }

    /** Whether a column family of this name was written in a form that is not read any more. */
    static boolean isOfFormerForm(byte[] name) {
        return FORMER_PREFIXES.stream().anyMatch(new String(name, US_ASCII)::startsWith);
    }

    /** The generations to read, oldest first. */
    List<ColumnFamilyHandle> all() {
        return families;
    }

    /** The generation to write to. */
    ColumnFamilyHandle newest() {
        return families.get(families.size() - 1);
    }

    /** Whether a generation is to be begun or dropped. A clock that goes back makes none due. */
    boolean isAdvanceDue(long nowMs) {
        return isBeginDue(nowMs) || isDropDue(nowMs);
    }

    /**
     * Begins and drops generations as due. There is at least one afterwards.
     *
     * @return whether one was dropped
     */
    boolean advance(long nowMs) throws RocksDBException {
        boolean dropped = false;
        if (isBeginDue(nowMs)) {
            begin(nowMs);
        }
        while (isDropDue(nowMs)) {
            Generation oldest = generations.get(0);
            set(generations.subList(1, generations.size()));
            try (ColumnFamilyHandle family = oldest.family()) {
                database.dropColumnFamily(family);
            }
            dropped = true;
        }
        return dropped;
    }

    private boolean isBeginDue(long nowMs) {
        return generations.isEmpty() || nowMs - begunMs(generations.size() - 1) >= retentionMs;
    }

    private boolean isDropDue(long nowMs) {
        // The second one was begun when the last cell was written to the first.
        return generations.size() > 1 && nowMs - begunMs(1) >= retentionMs;
    }

    private long begunMs(int generation) {
        return generations.get(generation).begunMs();
    }

    private void begin(long nowMs) throws RocksDBException {
        ColumnFamilyHandle family =
                database.createColumnFamily(new ColumnFamilyDescriptor((PREFIX + nowMs).getBytes(US_ASCII), options));
        if (!generations.isEmpty()) {
            // Its last cells would keep the write-ahead log from being deleted.
            try (FlushOptions inBackground = new FlushOptions().setWaitForFlush(false)) {
                database.flush(inBackground, newest());
            }
        }
        List<Generation> more = new ArrayList<>(generations);
        more.add(new Generation(nowMs, family));
        set(more);
    }

    @Override
    public void close() {
        families.forEach(ColumnFamilyHandle::close);
        set(List.of());
    }
}
