package io.lightflow.topology.catalog;

import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.util.List;
import java.util.stream.Collectors;

/** The topologies. No other list names them. */
public final class Topologies {
    /** In the order in which commands show and submit them. */
    public static final List<TopologyDescriptor> ALL =
            List.of(DataflowTopology.INSTANCE, StatisticsTopology.INSTANCE, ArchiveTopology.INSTANCE);

    private Topologies() {}

    /** The topologies that a group has, in the same order. */
    public static List<TopologyDescriptor> of(GroupSettings settings) {
        return ALL.stream().filter(topology -> topology.isConfigured(settings)).toList();
    }

    /** @throws IllegalArgumentException if no topology has this name; the message lists those that exist */
    public static TopologyDescriptor named(String name) {
        return ALL.stream()
                .filter(topology -> topology.name().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no topology is named " + name + "; the topologies are " + names()));
    }

    private static String names() {
        return ALL.stream().map(TopologyDescriptor::name).collect(Collectors.joining(", "));
    }
}
