package io.lightflow.topology.simulation;

import io.lightflow.sink.Commit;

/** The target of a sink's outputs. Outputs become visible when they are committed. */
interface Outputs<O> {

    /** Begins a transaction with the outputs of a commit. */
    Transaction begin(Commit<O> commit);

    /** Aborts all open transactions of former owners of the shard. */
    void takeOver(int shard);

    /** A transaction of outputs that are not yet visible. */
    interface Transaction {

        /** Emits at most the given number of further parts. Emitted parts are not emitted again. */
        void send(int parts);

        /** Number of parts. */
        int size();

        /** Whether a takeover of the shard has aborted the transaction. */
        boolean isAborted();

        /** Makes all parts visible atomically. */
        void commit();
    }
}
