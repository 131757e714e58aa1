package io.lightflow.topology.rocksdb;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class FormerStoreTest {
    @Test
    void aStoreOfAnEarlierVersionIsRefusedAndNotMisread(@TempDir Path directory) throws Exception {
        RocksDB.loadLibrary();
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB database = RocksDB.open(options, directory.toString())) {
            database.createColumnFamily(new ColumnFamilyDescriptor("values-from-0".getBytes(StandardCharsets.US_ASCII)))
                    .close();
        }

        assertThatThrownBy(() -> RocksDbJoinStore.acquire(new RocksDbSettings(directory, Duration.ofDays(30))))
                .isInstanceOf(StoreOpenException.class)
                .hasMessageContaining(directory.getFileName().toString())
                .hasMessageContaining("earlier version");
    }
}
