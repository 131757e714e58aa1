package io.lightflow.topology.settings;

import java.nio.file.Path;

/** @param rowCacheMb has no effect any more; accepted since settings of earlier versions have it */
public record RocksDbSection(Path directory, Integer blockCacheMb, Integer rowCacheMb) {
    public RocksDbSection {
        Require.present("store.rocksdb.directory", directory);
        blockCacheMb = Require.within("store.rocksdb.blockCacheMb", Require.orElse(blockCacheMb, 128), 8, 1_000_000);
        rowCacheMb = Require.within("store.rocksdb.rowCacheMb", Require.orElse(rowCacheMb, 256), 1, 16_000);
    }
}
