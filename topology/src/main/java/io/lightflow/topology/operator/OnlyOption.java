package io.lightflow.topology.operator;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.util.List;
import picocli.CommandLine.Option;

/** The option {@code --only} of commands that otherwise apply to every topology of a group. */
public final class OnlyOption {
    @Option(
            names = "--only",
            paramLabel = "TOPOLOGY",
            converter = TopologyNames.Converter.class,
            completionCandidates = TopologyNames.class,
            description = "Only this topology: ${COMPLETION-CANDIDATES}.")
    private TopologyDescriptor only;

    /** The topologies that the command applies to. */
    public List<TopologyDescriptor> topologies() {
        return only == null ? Topologies.ALL : List.of(only);
    }
}
