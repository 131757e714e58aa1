package io.lightflow.lab.bench;

import io.lightflow.lab.contest.Contest;
import io.lightflow.lab.contest.ContestSettings;
import io.lightflow.lab.contest.ContestSettings.Fault;
import io.lightflow.lab.contest.ContestSettings.LightflowOptions;
import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that compare Lightflow with its peers. */
final class ContestOptions {
    /** The options of Lightflow's JVM, which {@code lab/bench} sets. */
    static final String JAVA_OPTIONS = "LIGHTFLOW_BENCH_JAVA_OPTIONS";

    private static final Duration WARM_UP = Duration.ofSeconds(20);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "PEER",
            description =
                    "Run Lightflow and these programs in turn, such as kafka-streams,flink: folders of lab/peers.")
    private List<String> peers;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "With --against: how often each of them runs. Default: 1.")
    private Integer rounds;

    @Option(
            names = "--kill",
            description = "With --against: kill each of them under full load, and measure how it recovers.")
    private boolean kill;

    ContestOptions() {}

    /** Whether peers are named. */
    boolean isGiven() {
        return peers != null;
    }

    /**
     * Whether a contest is requested.
     *
     * @param aerospike the cluster of {@code --store}; null for RocksDB
     * @throws ParameterException if there are rounds or a kill without peers, or peers with another store
     */
    boolean isRequested(AerospikeCluster aerospike) {
        if (peers == null && rounds != null) {
            throw new ParameterException(spec.commandLine(), "--rounds needs --against, found it alone");
        }
        if (peers == null && kill) {
            throw new ParameterException(spec.commandLine(), "--kill needs --against, found it alone");
        }
        if (peers != null && aerospike != null) {
            throw new ParameterException(
                    spec.commandLine(), "--against compares Lightflow on RocksDB, found --store aerospike=...");
        }
        return peers != null;
    }

    /** @throws ParameterException if a setting is wrong, or there is no such peer */
    Contest contest(
            long events,
            long seed,
            Integer rate,
            int seconds,
            int microBatchSeconds,
            int pollRecords,
            int parallelism,
            Path profile) {
        String javaOptions = System.getenv().getOrDefault(JAVA_OPTIONS, "");
        try {
            return new Contest(
                    new ContestSettings(
                            peers,
                            Path.of(System.getProperty("lightflow.target", "lab/target"), "..", "peers"),
                            rounds == null ? 1 : rounds,
                            events,
                            seed,
                            rate,
                            kill ? Fault.KILL : Fault.NONE,
                            seconds,
                            WARM_UP,
                            new LightflowOptions(
                                    Stream.of(javaOptions.split(" "))
                                            .filter(option -> !option.isEmpty())
                                            .toList(),
                                    microBatchSeconds,
                                    pollRecords,
                                    parallelism,
                                    profile)),
                    System.out);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
