package io.lightflow.reports.server;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: runs a reports server until it is stopped. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Serve campaigns, budgets and statistics over HTTP.")
final class ReportsServeCommand implements Callable<Integer> {
    @Option(names = "--settings", paramLabel = "FILE", required = true, description = "YAML file with all settings.")
    private Path settings;

    private final List<String> queryCommand;

    /** Without queries over events. */
    ReportsServeCommand() {
        this(List.of());
    }

    /** @param queryCommand starts a process for queries over events */
    ReportsServeCommand(List<String> queryCommand) {
        this.queryCommand = queryCommand;
    }

    @Override
    public Integer call() throws InterruptedException {
        ReportsServer server = new ReportsServer(ReportsSettingsFile.read(settings, System.getenv()), queryCommand);
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "reports-stop"));
        new CountDownLatch(1).await();
        return 0;
    }
}
