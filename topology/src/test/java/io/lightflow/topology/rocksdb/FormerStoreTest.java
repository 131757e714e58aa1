package io.lightflow.topology.rocksdb;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class FormerStoreTest {
    @ParameterizedTest
    @ValueSource(strings = {"rows-from-0", "pages-from-0", "values-from-0"})
    void aStoreOfAnEarlierVersionIsRefusedAndNotMisread(String family, @TempDir Path directory) throws Exception {
        RocksDB.loadLibrary();
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB database = RocksDB.open(options, directory.toString())) {
            database.createColumnFamily(new ColumnFamilyDescriptor(family.getBytes(StandardCharsets.US_ASCII)))
                    .close();
        }

        assertThatThrownBy(() -> RocksDbJoinStore.acquire(new RocksDbSettings(directory, Duration.ofDays(30))))
                .isInstanceOf(StoreOpenException.class)
                .hasMessageContaining(directory.getFileName().toString())
                .hasMessageContaining("earlier version")
                .hasMessageContaining("lightflow rebuild-store");
    }
}
