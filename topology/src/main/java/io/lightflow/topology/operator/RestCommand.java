package io.lightflow.topology.operator;

import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TopologyKind;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow pause} and {@code lightflow resume}. */
public abstract class RestCommand implements Callable<Integer> {
    private final Consumer<GroupNodes> action;
    private final String done;

    @Mixin
    private SettingsOption settingsOption;

    @Option(names = "--only", description = "Only this topology: ${COMPLETION-CANDIDATES}.")
    private TopologyKind only;

    private RestCommand(Consumer<GroupNodes> action, String done) {
        this.action = action;
        this.done = done;
    }

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        for (TopologyKind kind : TopologyKind.values()) {
            if (only == null || only == kind) {
                try (GroupNodes nodes = GroupNodes.connect(settings, kind)) {
                    action.accept(nodes);
                }
                System.out.println(done + " " + kind.topologyName(settings.group()));
            }
        }
        return 0;
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Begin no new batch until resume. Batches in flight are finished; nothing is lost.")
    public static final class Pause extends RestCommand {
        Pause() {
            super(GroupNodes::pause, "paused");
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Go on after pause.")
    public static final class Resume extends RestCommand {
        Resume() {
            super(GroupNodes::resume, "resumed");
        }
    }
}
