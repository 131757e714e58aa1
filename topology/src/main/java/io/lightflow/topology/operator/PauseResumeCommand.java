package io.lightflow.topology.operator;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lightflow pause} and {@code lightflow resume}. */
public abstract class PauseResumeCommand implements Callable<Integer> {
    private final Consumer<GroupNodes> action;
    private final String done;

    @Mixin
    private SettingsOption settingsOption;

    @Mixin
    private OnlyOption only;

    private PauseResumeCommand(Consumer<GroupNodes> action, String done) {
        this.action = action;
        this.done = done;
    }

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        for (TopologyDescriptor topology : only.topologies(settings)) {
            try (GroupNodes nodes = GroupNodes.connect(settings, topology)) {
                action.accept(nodes);
            }
            System.out.println(done + " " + topology.stormName(settings.group()));
        }
        return 0;
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Begin no new batch until resume. Batches in flight complete; nothing is lost.")
    public static final class Pause extends PauseResumeCommand {
        Pause() {
            super(GroupNodes::pause, "paused");
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Begin batches again after pause.")
    public static final class Resume extends PauseResumeCommand {
        Resume() {
            super(GroupNodes::resume, "resumed");
        }
    }
}
