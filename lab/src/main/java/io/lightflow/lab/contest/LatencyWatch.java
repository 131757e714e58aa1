package io.lightflow.lab.contest;

import io.lightflow.lab.contest.OutputDigest.Kind;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.up.JoinedTopics;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Watches the joined clicks as a reader of committed records, and the statistics. Measures the latency since each click
 * was sent.
 */
final class LatencyWatch implements AutoCloseable {
    private static final int THREE_DIGITS = 3;
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(40);

    private final ContestServers servers;
    private final ProbeFeed.Probes probes;
    private final OutputDecoder decoder;
    private final List<TopicPartition> clickPartitions;
    private final PostgresLatency postgres;
    private final long fromMs;
    /** Each is written by one thread, and read when that has ended. */
    private final Histogram toTopic = new Histogram(THREE_DIGITS);

    private final Histogram toPostgres = new Histogram(THREE_DIGITS);
    private final Thread topicWatcher = new Thread(this::watchTopic, "contest-topic");
    private final Thread postgresWatcher = new Thread(this::watchPostgres, "contest-postgres");
    private volatile boolean stopped;
    private volatile RuntimeException failure;

    /** @param fromMs clicks that are sent earlier do not count */
    LatencyWatch(ContestServers servers, Contestant contestant, ProbeFeed.Probes probes, long fromMs) {
        this.servers = servers;
        this.probes = probes;
        this.decoder = contestant.decoder();
        this.clickPartitions = CommittedOutputs.partitions(
                List.of(contestant.outputTopics().get(Kind.CLICK.ordinal())), BenchStack.SHARDS);
        this.postgres = contestant.postgresLatency(servers, probes);
        this.fromMs = fromMs;
    }

    void start() {
        topicWatcher.start();
        postgresWatcher.start();
    }

    private void watchTopic() {
        try (KafkaConsumer<byte[], byte[]> consumer = JoinedTopics.consumer(servers.bootstrapServers())) {
            consumer.assign(clickPartitions);
            consumer.seekToBeginning(clickPartitions);
            while (!stopped) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.currentTimeMillis();
                    decoder.decode(record).ifPresent(click -> {
                        long sentMs = probes.sentMs(click.id());
                        postgres.joined(record.partition(), record.offset(), sentMs);
                        if (sentMs >= fromMs) {
                            toTopic.recordValue(now - sentMs);
                        }
                    });
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void watchPostgres() {
        try {
            while (!stopped) {
                postgres.look(fromMs, toPostgres);
                LockSupport.parkNanos(LOOK_INTERVAL.toNanos());
            }
        } catch (SQLException e) {
            failure = new IllegalStateException("Watching the statistics failed", e);
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Stops watching; returns the latencies by what they lead to. */
    Map<String, Percentiles> stop() throws InterruptedException {
        stopped = true;
        topicWatcher.join();
        postgresWatcher.join();
        if (failure != null) {
            throw new IllegalStateException("Measuring latencies failed: " + failure, failure);
        }
        Map<String, Percentiles> percentiles = new LinkedHashMap<>();
        percentiles.put("clickToJoinedEvent", Percentiles.of(toTopic));
        percentiles.put("clickToPostgres", Percentiles.of(toPostgres));
        return percentiles;
    }

    @Override
    public void close() throws SQLException {
        stopped = true;
        postgres.close();
    }
}
