package io.lightflow.lab.contest;

import java.nio.file.Path;
import java.util.List;

/** A platform that does the job of the bench. */
interface Contestant {
    String name();

    /**
     * Creates the process. It starts with an empty database and without output topics.
     *
     * @param folder an empty folder for state and logs
     * @param runId unique
     */
    ContestantProcess start(ContestServers servers, Path folder, String runId);

    /** Does the same with a process that can be killed. */
    KillableProcess startKillable(ContestServers servers, Path folder, String runId);

    /** Its topics with joined impressions, clicks and conversions. */
    List<String> outputTopics();

    /** Decodes the records of the output topics. One thread uses it. */
    OutputDecoder decoder();

    StatisticsQueries statistics();

    /**
     * Watches how long clicks take to PostgreSQL.
     *
     * @param probes the clicks that are sent to be found again
     */
    PostgresLatency postgresLatency(ContestServers servers, ProbeFeed.Probes probes);
}
