package io.lightflow.topology;

import io.lightflow.topology.certificate.CertifyCommand;
import io.lightflow.topology.doctor.DoctorCommand;
import io.lightflow.topology.monitor.MonitorCommand;
import io.lightflow.topology.operator.AcceptGapCommand;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.operator.PauseResumeCommand;
import io.lightflow.topology.operator.RetentionCommand;
import io.lightflow.topology.operator.ShowCommand;
import io.lightflow.topology.rejected.RejectedCommand;
import io.lightflow.topology.stores.CheckpointCommand;
import io.lightflow.topology.stores.RebuildStoreCommand;
import io.lightflow.topology.stores.RestoreCommand;
import io.lightflow.topology.submit.SubmitCommand;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The main class for {@code storm jar}, and the operator's commands. */
@Command(
        name = "lightflow",
        mixinStandardHelpOptions = true,
        description = "Exactly-once joins and statistics for advertising events.",
        subcommands = {
            SubmitCommand.class,
            ShowCommand.class,
            PauseResumeCommand.Pause.class,
            PauseResumeCommand.Resume.class,
            AcceptGapCommand.class,
            RebuildStoreCommand.class,
            CheckpointCommand.class,
            RestoreCommand.class,
            CertifyCommand.class,
            RetentionCommand.class,
            RejectedCommand.class,
            MonitorCommand.class,
            DoctorCommand.class
        })
public final class Main {
    private static final List<String> LOG_CONFIGURATIONS =
            List.of("log4j2.configurationFile", "log4j.configurationFile");

    private Main() {}

    /** The commands. */
    public static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new Main()));
    }

    public static void main(String[] arguments) {
        // `storm jar` brings a configuration. Without it, Kafka would print its settings between the command's output.
        if (LOG_CONFIGURATIONS.stream().allMatch(name -> System.getProperty(name) == null)) {
            System.setProperty(LOG_CONFIGURATIONS.get(0), "classpath:lightflow-operator-log4j2.xml");
        }
        System.exit(commandLine().execute(arguments));
    }
}
