package io.lightflow.topology.operator;

import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trident.TopologyKind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow resume}. */
@Command(name = "resume", mixinStandardHelpOptions = true, description = "Go on after pause.")
public final class ResumeCommand implements Callable<Integer> {
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
                    nodes.resume();
                }
                System.out.println("resumed " + kind.topologyName(settings.group()));
            }
        }
        return 0;
    }
}
