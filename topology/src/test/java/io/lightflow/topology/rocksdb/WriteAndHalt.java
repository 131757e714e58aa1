package io.lightflow.topology.rocksdb;

import io.lightflow.store.DurableJoinStoreContract;
import java.nio.file.Path;
import java.time.Duration;

/** A process that writes to the store in the directory of its argument and is gone without closing it. */
final class WriteAndHalt {
    private WriteAndHalt() {}

    public static void main(String[] arguments) {
        RocksDbJoinStore store =
                RocksDbJoinStore.acquire(new RocksDbSettings(Path.of(arguments[0]), Duration.ofDays(30), 8));
        store.write(DurableJoinStoreContract.writesOfTheKilledProcess());
        Runtime.getRuntime().halt(DurableJoinStoreContract.HALTED);
    }
}
