package io.lightflow.lab.contest;

import io.lightflow.event.OutputTopic;
import io.lightflow.lab.contest.ContestSettings.LightflowOptions;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.topology.schema.RegistrySchemas;
import java.nio.file.Path;
import java.util.List;

/** Lightflow with its join store in RocksDB, as {@code lab/bench} measures it. */
final class LightflowContestant implements Contestant {
    private final LightflowOptions options;
    private final RegistrySchemas schemas;

    LightflowContestant(LightflowOptions options, RegistrySchemas schemas) {
        this.options = options;
        this.schemas = schemas;
    }

    @Override
    public String name() {
        return "lightflow";
    }

    @Override
    public ContestantProcess start(ContestServers servers, Path folder, String runId) {
        return LightflowProcess.start(servers, folder, options);
    }

    @Override
    public KillableProcess startKillable(ContestServers servers, Path folder, String runId) {
        return LightflowCluster.start(servers, folder, options);
    }

    @Override
    public List<String> outputTopics() {
        String group = BenchStack.GROUP.name();
        return List.of(
                OutputTopic.IMPRESSIONS.of(group), OutputTopic.CLICKS.of(group), OutputTopic.CONVERSIONS.of(group));
    }

    @Override
    public OutputDecoder decoder() {
        return new LightflowDecoder(schemas);
    }

    @Override
    public StatisticsQueries statistics() {
        return StatisticsQueries.of("stats_day", "stats_minute", "time", "SELECT max(committed_at) FROM ledger");
    }

    @Override
    public PostgresLatency postgresLatency(ContestServers servers, ProbeFeed.Probes probes) {
        return new LedgerLatency(servers);
    }
}
