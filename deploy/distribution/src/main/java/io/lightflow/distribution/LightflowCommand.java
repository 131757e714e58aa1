package io.lightflow.distribution;

import io.lightflow.capture.CaptureCommand;
import io.lightflow.capture.LinkCommand;
import io.lightflow.deploy.query.QueryWorker;
import io.lightflow.deploy.reconcile.ReconcileCommand;
import io.lightflow.deploy.sql.SqlCommand;
import io.lightflow.deploy.why.WhyCommand;
import io.lightflow.lab.up.UpCommand;
import io.lightflow.mirror.MirrorMain;
import io.lightflow.registry.server.RegistryMain;
import io.lightflow.reports.server.ReportsMain;
import io.lightflow.topology.Main;
import io.lightflow.topology.operator.CommandErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow}: the single entry point. Every subcommand reports failures as its own module does. */
@Command(
        name = "lightflow",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Exactly-once joins and statistics for advertising events.",
        footer = {"", "`lightflow COMMAND --help` lists the options of a command."})
public final class LightflowCommand implements Runnable {
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";
    private static final String OPERATOR_LOG = "lightflow-operator-log4j2.xml";

    /** For the commands that do not log as the operator's commands do. */
    private static final Map<String, String> LOGS = Map.of(
            "up", "log4j2.xml",
            "sql", "log4j2.xml",
            "why", "log4j2.xml",
            "reconcile", "log4j2.xml",
            "registry", "registry-log4j2.xml",
            "sync", "registry-log4j2.xml",
            "reports", "reports-log4j2.xml",
            "capture", "capture-log4j2.xml",
            "mirror", "lightflow-mirror-log4j2.xml");

    @Spec
    private CommandSpec spec;

    private LightflowCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    /** The whole tree. */
    public static CommandLine commandLine() {
        CommandLine root = CommandErrors.installOn(new CommandLine(new LightflowCommand()));
        CommandLine.IParameterExceptionHandler wrong = root.getParameterExceptionHandler();
        CommandLine.IExecutionExceptionHandler failed = root.getExecutionExceptionHandler();
        // Before the subcommands are added, so that theirs stay.
        root.setParameterExceptionHandler((exception, arguments) -> handlerOr(
                        exception.getCommandLine().getParameterExceptionHandler(),
                        root.getParameterExceptionHandler(),
                        wrong)
                .handleParseException(exception, arguments));
        root.setExecutionExceptionHandler((exception, command, parsed) -> handlerOr(
                        command.getExecutionExceptionHandler(), root.getExecutionExceptionHandler(), failed)
                .handleExecutionException(exception, command, parsed));

        Map<String, CommandLine> registry = RegistryMain.commandLine().getSubcommands();
        Map<String, CommandLine> operator = Main.commandLine().getSubcommands();
        add(root, "up", UpCommand.commandLine());
        add(root, "registry", registry.get("serve"));
        add(root, "sync", registry.get("sync"));
        add(root, "reports", ReportsMain.serveCommand(QueryWorker.command()));
        add(root, "capture", CaptureCommand.commandLine());
        add(root, "link", LinkCommand.commandLine());
        add(root, "mirror", MirrorMain.commandLine());
        add(root, "sql", SqlCommand.commandLine());
        add(root, "reconcile", ReconcileCommand.commandLine());
        add(root, "why", WhyCommand.commandLine());
        operator.forEach((name, command) -> add(
                root,
                name,
                name.equals("submit") ? CommandErrors.installOn(new CommandLine(new StormSubmitCommand())) : command));
        setVersion(root, "Lightflow " + version() + ", Java " + Runtime.version());
        return root;
    }

    private static <H> H handlerOr(H own, H root, H otherwise) {
        return own == root ? otherwise : own;
    }

    private static void add(CommandLine root, String name, CommandLine command) {
        command.getCommandSpec().name(name);
        root.addSubcommand(name, command);
    }

    private static void setVersion(CommandLine command, String version) {
        command.getCommandSpec().version(version);
        command.getSubcommands().values().forEach(subcommand -> setVersion(subcommand, version));
    }

    private static String version() {
        try (InputStream in = LightflowCommand.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException("the version of Lightflow cannot be read: " + e, e);
        }
    }

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            String command = arguments.length == 0 ? "" : arguments[0];
            System.setProperty(LOG_CONFIGURATION, "classpath:" + LOGS.getOrDefault(command, OPERATOR_LOG));
        }
        int exitCode = commandLine().execute(arguments);
        System.out.flush();
        // Embedded servers leave threads behind that are no daemons.
        System.exit(exitCode);
    }
}
