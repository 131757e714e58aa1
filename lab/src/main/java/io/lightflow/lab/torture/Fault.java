package io.lightflow.lab.torture;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.util.Objects;
import java.util.Set;

/**
 * Something bad that can be done to the platform.
 *
 * @param kind what it is, in a few words; faults of one kind are compared with each other
 * @param disturbed the topologies that have to get over it
 */
record Fault(String kind, Set<TopologyDescriptor> disturbed, Strike strike) {
    Fault {
        Objects.requireNonNull(kind, "kind");
        disturbed = Set.copyOf(disturbed);
    }

    /**
     * Does it, and puts right what an operator or a watchdog would put right; the rest the platform has to do by
     * itself.
     */
    interface Strike {
        Struck on(Stage stage) throws Exception;
    }

    /**
     * What was done.
     *
     * @param effect in words
     * @param from when it was done, or, if it lasted for a while, when it was over
     */
    record Struck(String effect, Moment from) {}
}
