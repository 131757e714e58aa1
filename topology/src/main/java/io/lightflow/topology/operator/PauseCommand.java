package io.lightflow.topology.operator;

import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trident.TopologyKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow pause}. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Begin no new batch until resume. Batches in flight are finished; nothing is lost.")
public final class PauseCommand implements Callable<Integer> {
    @Mixin
    private SettingsOption settingsOption;

    @Option(names = "--only", description = "Only this topology: ${COMPLETION-CANDIDATES}.")
    private TopologyKind only;

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        for (TopologyKind kind : TopologyKind.values()) {
            if (only == null || only == kind) {
                try (GroupNodes nodes = GroupNodes.connect(settings, kind)) {
                    nodes.pause();
                }
                System.out.println("paused " + kind.topologyName(settings.group()));
            }
        }
        return 0;
    }
}
