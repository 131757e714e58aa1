package io.lightflow.topology.settings;

/** One of the join stores; the other is null. */
public record StoreSection(RocksDbSection rocksdb, AerospikeCluster aerospike) {
    public StoreSection {
        if ((rocksdb == null) == (aerospike == null)) {
            throw new WrongSettingException("the key store takes either store.rocksdb or store.aerospike, found "
                    + (rocksdb == null ? "neither" : "both"));
        }
    }
}
