package io.lightflow.lab.up;

import io.lightflow.deploy.local.LocalStack;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.time.Durations;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.operator.GroupStatus;
import io.lightflow.topology.operator.ShardStatus;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;

/**
 * Watches the ledgers of all groups, and determines when everything up to a time has been processed. Not thread-safe.
 */
public final class Completion implements AutoCloseable {
    /** A check reads every shard's position from Kafka and PostgreSQL, and slows down the watched topologies. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final List<GroupStatus> dataflows = new ArrayList<>();
    private final List<GroupStatus> statistics = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public Completion(LocalStack stack) {
        this(stack.settings().groups().stream().map(stack::groupSettings).toList());
    }

    public Completion(List<GroupSettings> groups) {
        for (GroupSettings group : groups) {
            dataflows.add(new GroupStatus(group, DataflowTopology.INSTANCE));
            statistics.add(new GroupStatus(group, StatisticsTopology.INSTANCE));
        }
    }

    /**
     * Waits until the watermark of every shard of both topologies has reached a time: then everything that was fed
     * before the beacons that carry it is joined and counted, since beacons keep their place among the records.
     *
     * @param watermark event time, ms since the Unix epoch
     * @param patience how long to wait without progress
     * @throws IllegalStateException if there is no progress for that long, or this is closed
     */
    public void await(long watermark, Duration patience) throws InterruptedException {
        String last = "";
        long deadline = System.nanoTime() + patience.toNanos();
        do {
            String now;
            try {
                if (all(dataflows, watermark) && all(statistics, watermark)) {
                    return;
                }
                now = shards(dataflows) + "" + shards(statistics);
            } catch (SinkUnavailableException | KafkaException e) {
                now = "not answering: " + e.getMessage();
            }
            if (!now.equals(last)) {
                last = now;
                deadline = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("No progress for " + Durations.format(patience) + ": " + now);
            }
        } while (!closed.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS));
        throw new IllegalStateException("Closed before all events were processed: " + last);
    }

    private static boolean all(List<GroupStatus> topologies, long watermark) {
        return shards(topologies).stream().allMatch(shard -> shard.position().watermark() >= watermark);
    }

    private static List<ShardStatus> shards(List<GroupStatus> topologies) {
        List<ShardStatus> shards = new ArrayList<>();
        topologies.forEach(topology -> shards.addAll(topology.shards()));
        return shards;
    }

    /** The books of the join, over all groups. */
    public Books books() {
        return GroupStatus.books(shards(dataflows));
    }

    /** Lag of the join, and of the statistics behind it, over all shards. */
    public long[] lags() {
        return new long[] {
            shards(dataflows).stream().mapToLong(ShardStatus::lag).sum(),
            shards(statistics).stream().mapToLong(ShardStatus::lag).sum()
        };
    }

    /** The maximum event time that a shard of the join has seen; {@link Position#NO_TIME} without one. */
    public long greatestTime() {
        return shards(dataflows).stream()
                .flatMap(shard -> shard.position().topics().values().stream())
                .mapToLong(TopicPosition::maxTime)
                .max()
                .orElse(Position.NO_TIME);
    }

    /** The greatest due time of the timers that the join has set; {@link Position#NO_TIME} without one. */
    public long lastTimer() {
        return shards(dataflows).stream()
                .mapToLong(shard -> shard.position().join().lastTimer())
                .max()
                .orElse(Position.NO_TIME);
    }

    /** The minimum watermark of the statistics; {@link Position#NO_TIME} if a shard has none. */
    public long watermark() {
        return shards(statistics).stream()
                .mapToLong(shard -> shard.position().watermark())
                .min()
                .orElse(Position.NO_TIME);
    }

    /** Describes each imbalance of the books; empty if they balance. */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        for (List<GroupStatus> topologies : List.of(dataflows, statistics)) {
            for (ShardStatus shard : shards(topologies)) {
                if (!shard.position().books().balanced()) {
                    differences.add("the books of shard " + shard.shard() + " do not balance: "
                            + shard.position().books());
                }
            }
        }
        return differences;
    }

    @Override
    public void close() {
        closed.countDown();
        dataflows.forEach(GroupStatus::close);
        statistics.forEach(GroupStatus::close);
    }
}
