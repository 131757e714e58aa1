package io.lightflow.topology.operator;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
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

    /**
     * The topologies that the command applies to.
     *
     * @throws SettingsException if the group does not have the one that was asked for
     */
    public List<TopologyDescriptor> topologies(GroupSettings settings) {
        if (only == null) {
            return Topologies.of(settings);
        }
        requireConfigured(settings, only);
        return List.of(only);
    }

    static void requireConfigured(GroupSettings settings, TopologyDescriptor topology) {
        if (!topology.isConfigured(settings)) {
            throw new SettingsException(
                    "group " + settings.group() + " has no topology " + topology.name() + ", since its settings have no"
                            + " section for it",
                    null);
        }
    }
}
