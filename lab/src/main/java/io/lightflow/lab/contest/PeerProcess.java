package io.lightflow.lab.contest;

import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.ProcessUsage;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program of a peer: the script {@code run} in its folder, with its settings in environment variables. */
final class PeerProcess implements KillableProcess {
    private static final String FIRST = "FIRST ";
    private static final long UNKNOWN = -1;
    private static final long END_SECONDS = 30;

    private final ProcessBuilder builder;
    private final Path log;
    private volatile Process process;
    private volatile long firstReadMs = UNKNOWN;

    private PeerProcess(ProcessBuilder builder, Path log) {
        this.builder = builder;
        this.log = log;
    }

    /** @param folder for its state and its log {@code output.log} */
    static PeerProcess start(Path script, ContestServers servers, Path folder, String runId) {
        ProcessBuilder builder = new ProcessBuilder(script.toString()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "PEER_KAFKA", servers.bootstrapServers(),
                        "PEER_POSTGRES", servers.jdbcUrl(),
                        "PEER_STATE", folder.resolve("state").toString(),
                        "PEER_RUN_ID", runId,
                        "PEER_DATA_CENTERS", String.join(",", BenchStack.GROUP.dcs()),
                        "PEER_PARTITIONS", Integer.toString(BenchStack.SHARDS)));
        try {
            Files.createDirectories(folder.resolve("state"));
            PeerProcess peer = new PeerProcess(builder, folder.resolve("output.log"));
            peer.launch();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException("Starting " + script + " failed: " + e, e);
        }
    }

    private void launch() throws IOException {
        Process launched = builder.start();
        process = launched;
        Thread reader = new Thread(() -> readOutput(launched), "peer-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void readOutput(Process launched) {
        try (BufferedReader output = launched.inputReader(StandardCharsets.UTF_8);
                BufferedWriter file =
                        Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            String line;
            while ((line = output.readLine()) != null) {
                if (line.startsWith(FIRST) && firstReadMs == UNKNOWN) {
                    firstReadMs = Long.parseLong(line.substring(FIRST.length()).strip());
                }
                file.write(line);
                file.newLine();
                file.flush();
            }
        } catch (IOException e) {
            if (launched.isAlive()) {
                throw new UncheckedIOException("Reading the output of a peer failed", e);
            }
        }
    }

    @Override
    public void kill() {
        close();
        try {
            launch();
        } catch (IOException e) {
            throw new UncheckedIOException("Starting " + builder.command() + " again failed: " + e, e);
        }
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.of(process.pid());
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public OptionalLong firstReadMs() {
        long first = firstReadMs;
        return first == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(first);
    }

    @Override
    public void close() {
        Process killed = process;
        Stream.concat(killed.descendants(), Stream.of(killed.toHandle()))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
        try {
            if (!killed.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Process " + killed.pid() + " of " + builder.command()
                        + " did not end within " + END_SECONDS + " s of SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
