package io.lightflow.topology.dataflow;

import io.lightflow.join.JoinStep;

/** Creates join steps, one for each thread. Steps of one attempt have the same data. */
public interface StepFactory extends AutoCloseable {
    JoinStep newStep();

    /**
     * Whether there is newer data, which steps have that are created from now on. The caller begins a new attempt: a
     * cell that an attempt writes again must have the same content.
     */
    default boolean renew() {
        return false;
    }

    @Override
    default void close() {}
}
