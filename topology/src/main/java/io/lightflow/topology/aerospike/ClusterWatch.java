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
 * Makes a node that dies lose nothing. The Community Edition answers a write when it is in the memory of its nodes, and
 * writes it to disk within {@code flush-max-ms}; a node that is killed comes back without the last of it. So what was
 * written lately is kept here, and written again when the cluster is another than before, which its key tells: a number
 * that is drawn anew whenever a node leaves, comes, or is started again. The key is compared before and after each
 * call, so no answer is used that may lack a cell.
 *
 * <p>Left is the case that the worker ends, too, before it has written again what the dead node lacks, and no other
 * node has a copy.
 *
 * <p>Thread-safe.
 */
final class ClusterWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);
    /** What a node may need on top of {@code flush-max-ms}. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static final int TRIES = 5;

    private final String name;
    private final Supplier<String> key;
    private final Consumer<List<NewCell>> writer;
    private final RecentWrites recent;
    /** Of the cluster that has all that was written. Changed by one thread at a time. */
    private volatile String safeKey;

    /**
     * @param name of the store, for messages
     * @param key asks for the cluster's key
     * @param writer writes cells
     * @param flushTime how long what was written may be in a node's memory only
     */
    ClusterWatch(String name, Supplier<String> key, Consumer<List<NewCell>> writer, Duration flushTime) {
        this.name = name;
        this.key = key;
        this.writer = writer;
        this.recent = new RecentWrites(flushTime.plus(SLACK));
        this.safeKey = key.get();
    }

    /** Reads; what is returned lacks nothing that was written through this. */
    <T> T read(Supplier<T> reader) {
        for (int tries = 0; tries < TRIES; tries++) {
            String before = safeKey;
            T result = reader.get();
            if (isStill(before)) {
                return result;
            }
        }
        throw restless();
    }

    void write(List<NewCell> cells) {
        RecentWrites.Write write = recent.begin(cells);
        String before = safeKey;
        try {
            writer.accept(cells);
        } catch (RuntimeException e) {
            // Whoever asked for it has not got it done, and will ask again.
            recent.forget(write);
            throw e;
        }
        recent.done(write, System.nanoTime());
        for (int tries = 0; !isStill(before); tries++) {
            if (tries == TRIES) {
                throw restless();
            }
            before = safeKey;
        }
    }

    /** Whether the cluster is the same as before; if it is not, it has got what it may lack. */
    private boolean isStill(String before) {
        long askedNanos = System.nanoTime();
        String now = key.get();
        if (now.equals(before)) {
            recent.areThere(askedNanos);
            return true;
        }
        writeAgain(now);
        return false;
    }

    private synchronized void writeAgain(String now) {
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

    private StoreUnavailableException restless() {
        return new StoreUnavailableException(
                "The " + name + " has changed its nodes " + TRIES + " times in a row", null);
    }
}
