package io.lightflow.topology.aerospike;

import io.lightflow.store.NewCell;
import io.lightflow.store.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protects cells against a node that dies. The Community Edition acknowledges a write when it is in the memory of its
 * nodes, and writes it to disk within {@code flush-max-ms}. A node that is killed returns without its last writes. So
 * this keeps recent writes, and repeats them when the cluster's key has changed: its nodes draw a new number whenever a
 * node leaves, joins, or restarts. The key is compared before and after each call, so no result is used that may lack a
 * cell.
 *
 * <p>One case is left: the worker ends as well before it has repeated what the dead node lacks, and no other node has a
 * copy.
 *
 * <p>Thread-safe.
 */
final class ClusterWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);
    /** A node may need this time on top of {@code flush-max-ms}. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static final int MAX_ATTEMPTS = 5;

    private final String name;
    private final Supplier<String> key;
    private final Consumer<List<NewCell>> writer;
    private final RecentWrites recent;
    /** Key of the cluster that has every write. Changed by one thread at a time. */
    private volatile String safeKey;

    /**
     * @param name of the store, for messages
     * @param key reads the cluster's key
     * @param writer writes cells
     * @param flushTime how long a write may be only in a node's memory
     */
    ClusterWatch(String name, Supplier<String> key, Consumer<List<NewCell>> writer, Duration flushTime) {
        this.name = name;
        this.key = key;
        this.writer = writer;
        this.recent = new RecentWrites(flushTime.plus(SLACK));
        this.safeKey = key.get();
    }

    /** Reads; the result lacks nothing that was written through this. */
    <T> T read(Supplier<T> reader) {
        for (int tries = 0; tries < MAX_ATTEMPTS; tries++) {
            String before = safeKey;
            T result = reader.get();
            if (isStill(before)) {
                return result;
            }
        }
        throw unstable();
    }

    void write(List<NewCell> cells) {
        RecentWrites.Write write = recent.begin(cells);
        String before = safeKey;
        try {
            writer.accept(cells);
        } catch (RuntimeException e) {
            // The caller knows that the write failed, and will repeat it.
            recent.forget(write);
            throw e;
        }
        recent.done(write, System.nanoTime());
        for (int tries = 0; !isStill(before); tries++) {
            if (tries == MAX_ATTEMPTS) {
                throw unstable();
            }
            before = safeKey;
        }
    }

    /** Whether the cluster is the same as before; if not, this has repeated what it may lack. */
    private boolean isStill(String before) {
        long askedNanos = System.nanoTime();
        String now = key.get();
        if (now.equals(before)) {
            recent.areThere(askedNanos);
            return true;
        }
        repeatWrites(now);
        return false;
    }

    private synchronized void repeatWrites(String now) {
        if (now.equals(safeKey)) {
            return;
        }
        List<NewCell> cells = recent.all();
        LOG.warn(
                "The {} is another cluster than before; {} cells of the last seconds are written again",
                name,
                cells.size());
        writer.accept(cells);
        recent.doneAgain(System.nanoTime());
        safeKey = now;
    }

    private StoreUnavailableException unstable() {
        return new StoreUnavailableException(
                "The " + name + " has changed its nodes " + MAX_ATTEMPTS + " times in a row", null);
    }
}
