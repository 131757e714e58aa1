package io.lightflow.lab.contest;

import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.ProcessUsage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How a run ended.
 *
 * @param firstReadMs when the first record was read, in ms since the Unix epoch
 * @param lastCommitMs when the last output was committed in Kafka and PostgreSQL
 * @param minuteRows number of minute rows
 * @param usage of the processes until then
 * @param differences from the answer; empty if the outputs are exact
 */
record Finish(
        long firstReadMs, long lastCommitMs, long minuteRows, Map<Part, ProcessUsage> usage, List<String> differences) {
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);
    private static final Duration TOTALS_INTERVAL = Duration.ofMillis(500);
    /** Outputs that have not moved for this long are complete: longer than any interval between commits. */
    private static final Duration SETTLE_TIME = Duration.ofSeconds(8);

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Waits until a contestant has done everything, or makes no progress, and compares its outputs with the answer. */
    static Finish await(
            ContestServers servers, Contestant contestant, ContestantProcess process, IndependentAnswer answer)
            throws SQLException, InterruptedException {
        List<TopicPartition> partitions = CommittedOutputs.partitions(contestant.outputTopics(), BenchStack.SHARDS);
        CommittedEnds ends = new CommittedEnds(servers.admin(), partitions);
        Map<Part, ProcessUsage> usage = servers.usage(process);
        List<String> differences = new ArrayList<>();
        long countedMs = 0;
        try (StatisticsReader statistics = new StatisticsReader(servers, contestant.statistics())) {
            long[] totals = answer.statistics().totals();
            long lastTotalsNanos = System.nanoTime();
            while (true) {
                boolean isNear = ends.look() >= answer.outputs().count();
                if (isNear && countedMs == 0 && System.nanoTime() - lastTotalsNanos >= TOTALS_INTERVAL.toNanos()) {
                    lastTotalsNanos = System.nanoTime();
                    if (Arrays.equals(statistics.totals(), totals)) {
                        countedMs = statistics
                                .lastCommitMs()
                                .orElseThrow(
                                        () -> new IllegalStateException("expected a commit of statistics, found none"));
                        usage = servers.usage(process);
                    }
                }
                long restMs = System.currentTimeMillis() - ends.lastMoveMs();
                if (restMs < LOOK_INTERVAL.toMillis()) {
                    usage = servers.usage(process);
                }
                if (countedMs != 0 && restMs >= SETTLE_TIME.toMillis()) {
                    break;
                }
                if (restMs >= PATIENCE.toMillis() || !process.isAlive()) {
                    differences.add(contestant.name() + (process.isAlive() ? " makes no progress" : " has ended")
                            + " before the end of its job");
                    break;
                }
                Thread.sleep(LOOK_INTERVAL.toMillis());
            }
            CommittedOutputs outputs =
                    CommittedOutputs.read(servers.bootstrapServers(), partitions, contestant.decoder());
            StatisticsDigest rows = statistics.digest();
            differences.addAll(outputs.digest().differences(answer.outputs()));
            differences.addAll(rows.differences(answer.statistics()));
            return new Finish(
                    process.firstReadMs().orElse(outputs.firstReadMs()),
                    Math.max(countedMs, ends.committedMs(outputs.lastOffsets())),
                    rows.rows(),
                    usage,
                    differences);
        }
    }

    double seconds() {
        return (lastCommitMs - firstReadMs) / 1000.0;
    }
}
