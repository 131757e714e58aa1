package io.lightflow.topology.rocksdb;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A process that holds the store in the directory of its argument until its input ends. */
final class HoldStore {
    private HoldStore() {}

    @SuppressWarnings("try")
    public static void main(String[] arguments) throws IOException {
        try (RocksDbJoinStore store =
                RocksDbJoinStore.acquire(new RocksDbSettings(Path.of(arguments[0]), Duration.ofDays(30), 8))) {
            System.out.println("held");
            System.in.transferTo(System.err);
        }
    }
}
