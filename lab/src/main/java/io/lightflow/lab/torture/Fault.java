package io.lightflow.lab.torture;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.util.Objects;
import java.util.Set;

/**
 * A fault that can be injected into the platform.
 *
 * @param kind short description; the report aggregates faults by kind
 * @param disturbed topologies that must recover from the fault
 */
record Fault(String kind, Set<TopologyDescriptor> disturbed, Strike strike) {
    Fault {
        Objects.requireNonNull(kind, "kind");
        disturbed = Set.copyOf(disturbed);
    }

    /**
     * Injects the fault, and performs the repairs that an operator or a watchdog would perform. The platform must
     * recover from the rest without help.
     */
    interface Strike {
        Struck on(Stage stage) throws Exception;
    }

    /**
     * The injected fault.
     *
     * @param effect description of the effect
     * @param from moment of the fault, or the moment of its end if the fault lasts
     */
    record Struck(String effect, Moment from) {}
}
