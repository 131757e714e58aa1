package io.lightflow.lab.contest;

import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.up.JoinedTopics;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Kills a contestant under full load, when half of the outputs are committed, and watches for its first commits in
 * Kafka and PostgreSQL.
 */
final class RecoveryWatch implements AutoCloseable {
    /** Keys of the times, in ms since the kill. */
    static final String FIRST_JOINED_EVENT = "firstJoinedEvent";

    static final String FIRST_STATISTICS = "firstStatistics";
    static final String ALL_CAUGHT_UP = "allCaughtUp";

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** PostgreSQL ends a commit of the killed process within this time, and no contestant starts within it. */
    private static final Duration LAST_COMMITS = Duration.ofMillis(300);

    private static final long NONE = -1;

    private final ContestServers servers;
    private final Contestant contestant;
    private final List<TopicPartition> partitions;
    private final OutputDecoder decoder;
    private final Thread topicWatcher = new Thread(this::watchTopics, "recovery-topics");
    private final Thread postgresWatcher = new Thread(this::watchPostgres, "recovery-postgres");
    private Map<TopicPartition, Long> endsAtKill = Map.of();
    private long killedMs;
    private volatile boolean stopped;
    private volatile long joinedMs = NONE;
    private volatile long countedMs = NONE;
    private volatile RuntimeException failure;

    RecoveryWatch(ContestServers servers, Contestant contestant) {
        this.servers = servers;
        this.contestant = contestant;
        this.partitions = CommittedOutputs.partitions(contestant.outputTopics(), BenchStack.SHARDS);
        this.decoder = contestant.decoder();
    }

    /**
     * Waits until half of the outputs are committed, and kills.
     *
     * @param outputs their number
     */
    void kill(KillableProcess process, long outputs) throws InterruptedException {
        CommittedEnds ends = new CommittedEnds(servers.admin(), partitions);
        while (ends.look() < outputs / 2) {
            if (!process.isAlive() || System.currentTimeMillis() - ends.lastMoveMs() > PATIENCE.toMillis()) {
                throw new IllegalStateException(contestant.name() + ": expected half of " + outputs
                        + " outputs before the kill, found no progress");
            }
            Thread.sleep(LOOK_INTERVAL.toMillis());
        }
        killedMs = System.currentTimeMillis();
        process.kill();
        endsAtKill = logEnds();
        topicWatcher.start();
        postgresWatcher.start();
    }

    /** Ends of the logs with uncommitted records: whatever lies beyond them was sent after the kill. */
    private Map<TopicPartition, Long> logEnds() throws InterruptedException {
        try {
            return servers
                    .admin()
                    .listOffsets(partitions.stream()
                            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, end -> end.getValue().offset()));
        } catch (ExecutionException e) {
            throw new IllegalStateException("Reading the ends of the output topics failed", e.getCause());
        }
    }

    private void watchTopics() {
        try (KafkaConsumer<byte[], byte[]> consumer = JoinedTopics.consumer(servers.bootstrapServers())) {
            consumer.assign(partitions);
            endsAtKill.forEach(consumer::seek);
            while (!stopped && joinedMs == NONE) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(LOOK_INTERVAL)) {
                    if (decoder.decode(record).isPresent()) {
                        joinedMs = System.currentTimeMillis() - killedMs;
                        return;
                    }
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void watchPostgres() {
        try (StatisticsReader statistics = new StatisticsReader(servers, contestant.statistics())) {
            LockSupport.parkNanos(LAST_COMMITS.toNanos());
            long before = statistics.lastCommitMs().orElse(0);
            while (!stopped && countedMs == NONE) {
                LockSupport.parkNanos(LOOK_INTERVAL.toNanos());
                OptionalLong last = statistics.lastCommitMs();
                if (last.isPresent() && last.getAsLong() > before) {
                    countedMs = last.getAsLong() - killedMs;
                }
            }
        } catch (SQLException e) {
            failure = new IllegalStateException("Watching the statistics failed", e);
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /**
     * Stops watching when everything is done.
     *
     * @param lastCommitMs when the last output was committed, in ms since the Unix epoch
     * @return the times since the kill
     * @throws IllegalStateException if the kill came after the last commit
     */
    Map<String, Long> stop(long lastCommitMs) throws InterruptedException {
        stopped = true;
        topicWatcher.join();
        postgresWatcher.join();
        if (failure != null) {
            throw new IllegalStateException("Watching the recovery failed: " + failure, failure);
        }
        if (joinedMs == NONE || countedMs == NONE) {
            throw new IllegalStateException(contestant.name()
                    + ": expected commits in Kafka and PostgreSQL after the kill, found them missing in one; use more"
                    + " --events");
        }
        Map<String, Long> times = new LinkedHashMap<>();
        times.put(FIRST_JOINED_EVENT, joinedMs);
        times.put(FIRST_STATISTICS, countedMs);
        times.put(ALL_CAUGHT_UP, lastCommitMs - killedMs);
        return times;
    }

    @Override
    public void close() {
        stopped = true;
    }
}
