package io.lightflow.lab.contest;

import io.lightflow.lab.measure.BenchStack;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program of a peer: the script {@code run} in its folder, with its settings in environment variables. */
final class PeerProcess implements ContestantProcess {
    private static final String FIRST = "FIRST ";
    private static final long UNKNOWN = -1;
    private static final long END_SECONDS = 30;

    private final Process process;
    private volatile long firstReadMs = UNKNOWN;

    private PeerProcess(Process process) {
        this.process = process;
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
            PeerProcess peer = new PeerProcess(builder.start());
            Thread reader = new Thread(() -> peer.readOutput(folder.resolve("output.log")), "peer-output");
            reader.setDaemon(true);
            reader.start();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException("Starting " + script + " failed: " + e, e);
        }
    }

    private void readOutput(Path log) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter file = Files.newBufferedWriter(log)) {
            String line;
            while ((line = output.readLine()) != null) {
                if (line.startsWith(FIRST)) {
                    firstReadMs = Long.parseLong(line.substring(FIRST.length()).strip());
                }
                file.write(line);
                file.newLine();
                file.flush();
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException("Reading the output of a peer failed", e);
            }
        }
    }

    @Override
    public long processId() {
        return process.pid();
    }

    @Override
    public OptionalLong firstReadMs() {
        long first = firstReadMs;
        return first == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(first);
    }

    @Override
    public void close() {
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
