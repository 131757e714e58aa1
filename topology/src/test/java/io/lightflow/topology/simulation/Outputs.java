package io.lightflow.topology.simulation;

import io.lightflow.sink.Commit;

/** Where a sink's outputs go, and can be seen from the moment of their commit on. */
interface Outputs<O> {

    /** Begins to emit what a commit holds. */
    Transaction begin(Commit<O> commit);

    /** Ends what former owners of the shard have begun, without a trace. */
    void takeOver(int shard);

    /** Outputs that nobody sees yet. */
    interface Transaction {

        /** Emits up to so many more parts; what is emitted already is not emitted again. */
        void send(int parts);

        /** Number of parts. */
        int size();

        /** Whether it was ended by somebody who took the shard over. */
        boolean isAborted();

        /** Makes all of it visible in one step. */
        void commit();
    }
}
