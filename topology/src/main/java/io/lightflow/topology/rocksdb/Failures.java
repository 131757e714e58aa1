package io.lightflow.topology.rocksdb;

import io.lightflow.store.StoreUnavailableException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Decides in one place which failures of RocksDB are retryable, and what to do about the others. */
final class Failures {
    /** The remedies for files that cannot be read any more. */
    static final String WAYS_OUT =
            ". Move the directory away, and put a checkpoint in its place with: lightflow restore"
                    + " --settings FILE --from DIR; or fill a new store with: lightflow rebuild-store --settings FILE";

    private Failures() {}

    static RuntimeException onOpen(Path directory, RocksDBException cause) {
        Status status = cause.getStatus();
        String message = String.valueOf(cause.getMessage());
        if (message.contains("LOCK") || message.contains("lock hold by current process")) {
            return new StoreOpenException(
                    "Cannot open the RocksDB join store in " + directory + ": it is held by another process. A RocksDB"
                            + " join store belongs to one process. Stop the other one, or give this one its own"
                            + " directory, or run the topology with a single worker",
                    cause);
        }
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return corrupt(directory, "open", cause);
        }
        return new StoreOpenException(
                "Cannot open the RocksDB join store in " + directory + ": " + message
                        + ". Check that the directory can be written, has free space, and holds nothing else",
                cause);
    }

    /** @param action {@code read} or {@code write} */
    static RuntimeException onUse(Path directory, String action, Status status, RocksDBException cause) {
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return corrupt(directory, action, cause);
        }
        boolean full = status != null && status.getSubCode() == Status.SubCode.NoSpace
                || String.valueOf(cause.getMessage()).contains("No space left on device");
        return new StoreUnavailableException(
                "Cannot " + action + " the RocksDB join store in " + directory + ": "
                        + (full
                                ? "its disk is full. Free at least 500 MB; writing goes on by itself within seconds"
                                        + " then"
                                : cause.getMessage() + ". It is tried again; if it lasts, check the disk"),
                cause);
    }

    private static CorruptStoreException corrupt(Path directory, String action, RocksDBException cause) {
        return new CorruptStoreException(
                "Cannot " + action + " the RocksDB join store in " + directory + ": its files are damaged ("
                        + cause.getMessage() + ")" + WAYS_OUT,
                cause);
    }
}
