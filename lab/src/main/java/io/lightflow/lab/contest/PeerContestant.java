package io.lightflow.lab.contest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program for another platform, in a folder with the script {@code run}. */
final class PeerContestant implements Contestant {
    private static final List<String> OUTPUT_TOPICS = List.of("peer.impressions", "peer.clicks", "peer.conversions");

    private final String name;
    private final Path script;

    /** @throws IllegalArgumentException if there is no such program */
    PeerContestant(String name, Path peersFolder) {
        this.name = name;
        this.script = peersFolder.resolve(name).resolve("run").toAbsolutePath().normalize();
        if (!name.matches("[a-z][a-z0-9-]*") || !Files.isExecutable(script)) {
            throw new IllegalArgumentException("--against: expected names of folders with a script \"run\" in "
                    + peersFolder.toAbsolutePath().normalize() + ", such as kafka-streams, found " + name);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ContestantProcess start(ContestServers servers, Path folder, String runId) {
        return startKillable(servers, folder, runId);
    }

    @Override
    public KillableProcess startKillable(ContestServers servers, Path folder, String runId) {
        servers.createTopics(OUTPUT_TOPICS);
        return PeerProcess.start(script, servers, folder, runId);
    }

    @Override
    public List<String> outputTopics() {
        return OUTPUT_TOPICS;
    }

    @Override
    public OutputDecoder decoder() {
        return new PeerDecoder();
    }

    @Override
    public StatisticsQueries statistics() {
        return StatisticsQueries.of(
                "stats", "stats", "minute", "SELECT max(pg_xact_commit_timestamp(xmin)) FROM stats");
    }

    @Override
    public PostgresLatency postgresLatency(ContestServers servers, ProbeFeed.Probes probes) {
        return new ProbeLatency(servers, probes);
    }
}
