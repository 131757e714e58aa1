package io.lightflow.mirror;

import io.lightflow.mirror.MirrorAudit.PartitionReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Runs the mirror until it is stopped, renders the properties of MirrorMaker 2, or audits the copies. */
@Command(
        name = "mirror",
        mixinStandardHelpOptions = true,
        version = "Lightflow 0.1",
        description = "Copies the light topics of every data center to the central cluster, each record exactly once.",
        footer = {
            "",
            "Exit status: 0 on success, 1 if the audit finds a difference or a command fails, 2 if the settings are"
                    + " invalid."
        })
public final class MirrorMain implements Runnable {
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

    @Option(
            names = "--settings",
            required = true,
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The settings file, in YAML.")
    private Path settingsFile;

    @Option(
            names = "--properties-out",
            paramLabel = "FILE",
            description = "Write the properties for connect-mirror-maker.sh to this file, readable only by its"
                    + " owner, and exit.")
    private Path propertiesOut;

    private MirrorMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "classpath:lightflow-mirror-log4j2.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    /** The command. */
    public static CommandLine commandLine() {
        return new CommandLine(new MirrorMain()).setExecutionExceptionHandler((failure, command, result) -> {
            command.getErr().println(failure.getMessage());
            return failure instanceof IllegalArgumentException
                    ? CommandLine.ExitCode.USAGE
                    : CommandLine.ExitCode.SOFTWARE;
        });
    }

    @Override
    public void run() {
        MirrorSettings settings = MirrorSettingsFile.read(settingsFile);
        if (propertiesOut != null) {
            write(MirrorProperties.render(settings));
        } else {
            runUntilStopped(settings);
        }
    }

    private void write(Map<String, String> properties) {
        Properties all = new Properties();
        all.putAll(properties);
        try {
            Files.deleteIfExists(propertiesOut);
            Files.createFile(
                    propertiesOut, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (Writer out = Files.newBufferedWriter(propertiesOut, StandardOpenOption.TRUNCATE_EXISTING)) {
                all.store(out, "MirrorMaker 2, rendered from " + settingsFile.getFileName());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + propertiesOut + " failed: " + e, e);
        }
    }

    @SuppressWarnings("try")
    private static void runUntilStopped(MirrorSettings settings) {
        CountDownLatch stopped = new CountDownLatch(1);
        try (Mirror mirror = new Mirror(settings)) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                mirror.close();
                                stopped.countDown();
                            },
                            "stop-mirror"));
            mirror.start();
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Command(
            name = "audit",
            mixinStandardHelpOptions = true,
            description = {
                "Compares every light topic with its copy, record by record.",
                "Lag counts records that are not copied yet; missing, surplus and out of order must be 0."
            })
    int audit() {
        List<PartitionReport> reports = new MirrorAudit(MirrorSettingsFile.read(settingsFile)).run();
        System.out.print(AuditTable.of(reports));
        return reports.stream().allMatch(PartitionReport::exact)
                ? CommandLine.ExitCode.OK
                : CommandLine.ExitCode.SOFTWARE;
    }
}
