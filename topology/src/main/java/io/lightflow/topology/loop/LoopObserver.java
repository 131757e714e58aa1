package io.lightflow.topology.loop;

/**
 * Hears how a loop gets on: per block, batch or commit, and never per event. Implementations are quick, never fail, and
 * are thread-safe.
 */
public interface LoopObserver {
    /** Hears nothing. */
    LoopObserver NONE = new LoopObserver() {};

    /**
     * A block was stepped.
     *
     * @param records number of its records, also of those that the ledger has already
     */
    default void stepped(int records, long nanos) {}

    /** The outputs of a commit were handed to the sink's client, or written to files. */
    default void sent(long nanos) {}

    /** An attempt failed because a server is unavailable. */
    default void failed(RuntimeException unavailable) {}

    /** The loop waits for a server. Followed by {@link #continues}. */
    default void waits() {}

    default void continues() {}

    /** A shard has stopped. May be repeated. */
    default void stopped(int shard, String reason) {}

    /** A shard that had stopped works again. */
    default void works(int shard) {}
}
