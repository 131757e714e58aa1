package io.lightflow.lab.contest;

import io.lightflow.deploy.local.ForkedProcess;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.lab.contest.ContestSettings.LightflowOptions;
import io.lightflow.lab.measure.BenchStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Lightflow in a process of its own: both topologies in Storm's local mode, ZooKeeper and the registry, on the broker
 * and PostgreSQL of the contest.
 */
final class LightflowProcess implements ContestantProcess {
    private final ForkedProcess process;

    private LightflowProcess(ForkedProcess process) {
        this.process = process;
    }

    /** Returns when the topologies have been submitted. */
    static LightflowProcess start(ContestServers servers, Path folder, LightflowOptions options) {
        ForkedProcess process = new ForkedProcess(
                LightflowProcess.class,
                options.javaOptions(),
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

    /** The main method of the process. */
    public static void main(String[] arguments) throws IOException {
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
        // What it has written is thrown away, so an orderly end would only take time.
        Runtime.getRuntime().halt(0);
    }

    @Override
    public long processId() {
        return process.id();
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
