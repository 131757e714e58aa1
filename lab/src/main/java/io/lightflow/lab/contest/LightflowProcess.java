package io.lightflow.lab.contest;

import io.lightflow.deploy.local.ForkedProcess;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.lab.contest.ContestSettings.LightflowOptions;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.JvmProfile;
import io.lightflow.lab.measure.ProcessUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Lightflow in a process of its own: both topologies in Storm's local mode, ZooKeeper and the registry, on the broker
 * and PostgreSQL of the contest.
 */
final class LightflowProcess implements ContestantProcess {
    /** The system property that names the file for stacks of the process. */
    static final String PROFILE = "lightflow.bench.profile";

    private final ForkedProcess process;

    private LightflowProcess(ForkedProcess process) {
        this.process = process;
    }

    /** Returns when the topologies have been submitted. */
    static LightflowProcess start(ContestServers servers, Path folder, LightflowOptions options) {
        ForkedProcess process = new ForkedProcess(
                LightflowProcess.class,
                javaOptions(options),
                servers.bootstrapServers(),
                servers.jdbcUrl(),
                Long.toString(servers.postgresProcessId()),
                folder.toString(),
                Integer.toString(options.microBatchSeconds()),
                Integer.toString(options.pollRecords()),
                Integer.toString(options.parallelism()));
        process.start();
        return new LightflowProcess(process);
    }

    private static List<String> javaOptions(LightflowOptions options) {
        List<String> javaOptions = new ArrayList<>(options.javaOptions());
        if (options.profile() != null) {
            javaOptions.add("-D" + PROFILE + "=" + options.profile().toAbsolutePath());
        }
        return javaOptions;
    }

    /** The main method of the process. */
    public static void main(String[] arguments) throws IOException {
        String profileFile = System.getProperty(PROFILE);
        JvmProfile profile = profileFile == null ? null : JvmProfile.start();
        LocalSettings settings = BenchStack.settings(
                Path.of(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                Integer.parseInt(arguments[6]));
        LocalStack stack = new LocalStack(
                settings,
                new RunningKafka(arguments[0]),
                new RunningPostgres(arguments[1], Long.parseLong(arguments[2])));
        stack.startServers();
        stack.submitTopologies();
        ForkedProcess.serveAt("submitted");
        if (profile != null) {
            profile.addTo(Path.of(profileFile));
        }
        // What it has written is thrown away, so an orderly end would only take time.
        Runtime.getRuntime().halt(0);
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.of(process.id());
    }

    @Override
    public boolean isAlive() {
        return ProcessHandle.of(process.id()).filter(ProcessHandle::isAlive).isPresent();
    }

    @Override
    public OptionalLong firstReadMs() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {
        process.close();
    }
}
