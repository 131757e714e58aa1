package io.lightflow.topology.rocksdb;

import java.util.List;
import java.util.concurrent.locks.Lock;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells {@link RowHashes} in the background which rows exist: to read millions of rows takes seconds, which a start has
 * not.
 */
final class RowScan {
    private static final Logger LOG = LoggerFactory.getLogger(RowScan.class);
    private static final int ROWS_AT_ONCE = 1_000;
    private static final long READ_AHEAD_BYTES = 1 << 20;

    private final RocksDB database;
    private final RowHashes hashes;
    private final Lock open;
    private volatile boolean ended;

    /** @param open held while the database is used */
    RowScan(RocksDB database, RowHashes hashes, Lock open) {
        this.database = database;
        this.hashes = hashes;
        this.open = open;
    }

    void begin(List<ColumnFamilyHandle> generations) {
        Thread thread = new Thread(() -> run(generations), "lightflow-row-scan");
        thread.setDaemon(true);
        thread.start();
    }

    /** Makes the scan end soon. */
    void end() {
        ended = true;
    }

    private void run(List<ColumnFamilyHandle> generations) {
        open.lock();
        try (ReadOptions options = new ReadOptions().setFillCache(false).setReadaheadSize(READ_AHEAD_BYTES)) {
            for (ColumnFamilyHandle generation : generations) {
                if (!ended) {
                    scan(generation, options);
                }
            }
            if (!ended) {
                hashes.complete();
            }
        } catch (RocksDBException e) {
            LOG.warn("Cannot scan the rows of the join store; every row is looked up in RocksDB", e);
        } finally {
            open.unlock();
        }
    }

    private void scan(ColumnFamilyHandle generation, ReadOptions options) throws RocksDBException {
        byte[][] some = new byte[ROWS_AT_ONCE][];
        try (RocksIterator rows = database.newIterator(generation, options)) {
            rows.seekToFirst();
            while (rows.isValid() && !ended) {
                int count = 0;
                for (; count < ROWS_AT_ONCE && rows.isValid(); rows.next()) {
                    some[count++] = rows.key();
                }
                hashes.add(some, count);
            }
            rows.status();
        }
    }
}
