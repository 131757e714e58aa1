package io.lightflow.topology.dataflow;

import io.lightflow.identity.StoreIdentity;
import io.lightflow.join.JoinSettings;
import io.lightflow.store.JoinStore;
import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.rocksdb.RocksDbJoinStore;
import io.lightflow.topology.rocksdb.RocksDbSettings;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.RocksDbSection;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The join store that the settings of a group name, opened.
 *
 * @param cells the store
 * @param wasEmpty whether it held nothing when this process opened it
 * @param copier copies it to a directory that does not exist
 * @param bytes tells the size of its files; null if they are on servers
 */
public record OpenStore(JoinStore cells, BooleanSupplier wasEmpty, Consumer<Path> copier, LongSupplier bytes) {
    /** The file of a checkpoint that holds its positions. It is written last. */
    public static final String MANIFEST = "positions";
    /** The folder of a checkpoint that holds the store. */
    public static final String STORE = "store";

    private static final SecureRandom IDS = new SecureRandom();

    /** Waits for a store that is a server. */
    public static OpenStore of(GroupSettings settings) {
        return of(settings, LoopObserver.NONE);
    }

    /**
     * Waits for a store that is a server.
     *
     * @param observer hears of the wait
     */
    static OpenStore of(GroupSettings settings, LoopObserver observer) {
        if (settings.store().rocksdb() != null) {
            RocksDbJoinStore store = RocksDbJoinStore.acquire(rocksDb(settings));
            return new OpenStore(store, store::wasEmpty, store::checkpoint, store::bytes);
        }
        AerospikeJoinStore store =
                BackoffRetrier.real(observer).untilAvailable("the join store", () -> aerospike(settings));
        return new OpenStore(
                store,
                store::isEmpty,
                copy -> {
                    throw new SettingsException(
                            "checkpoints are copies of a RocksDB store, and the group has store.aerospike", null);
                },
                null);
    }

    private static RocksDbSettings rocksDb(GroupSettings settings) {
        RocksDbSection rocksDb = settings.store().rocksdb();
        return new RocksDbSettings(rocksDb.directory(), rules(settings).retention(), rocksDb.blockCacheMb());
    }

    private static JoinSettings rules(GroupSettings settings) {
        return settings.joinSettings();
    }

    /** @throws io.lightflow.store.StoreUnavailableException if it does not respond */
    static AerospikeJoinStore aerospike(GroupSettings settings) {
        return AerospikeJoinStore.open(
                settings.store().aerospike(), rules(settings).retention());
    }

    /** Ties the store to the ledger of a group. */
    public StoreIdentity identity(String group) {
        return new StoreIdentity(group, cells, wasEmpty, IDS::nextInt);
    }

    /**
     * Copies the store and its positions. The positions were read before, so the copy holds every cell below them.
     *
     * @throws SettingsException if the directory exists
     */
    public void checkpoint(CheckpointRequest request) {
        Path directory = request.directory();
        try {
            if (Files.exists(directory)) {
                throw new SettingsException(
                        "a checkpoint needs a directory that does not exist, found " + directory, null);
            }
            Files.createDirectories(directory);
            copier.accept(directory.resolve(STORE));
            Files.writeString(directory.resolve(MANIFEST), request.manifest());
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint in " + directory + " cannot be written: " + e, e);
        }
    }
}
