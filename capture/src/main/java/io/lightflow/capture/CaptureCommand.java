package io.lightflow.capture;

import io.lightflow.service.command.CommandRunner;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code capture}: runs a capture server until it is stopped. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = "Receive impressions, clicks and conversions from browsers, and send them as light events.")
public final class CaptureCommand implements Callable<Integer> {
    @Option(names = "--settings", required = true, paramLabel = "FILE", description = "YAML file with all settings")
    private Path settings;

    private CaptureCommand() {}

    /** The command. */
    public static CommandLine commandLine() {
        return CommandRunner.commandLine(new CaptureCommand());
    }

    public static void main(String[] arguments) {
        CommandRunner.run(new CaptureCommand(), "capture-log4j2.xml", arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        CaptureServer server = CaptureServer.start(CaptureSettingsFile.read(settings, System.getenv()));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "capture-stop"));
        new CountDownLatch(1).await();
        return 0;
    }
}
