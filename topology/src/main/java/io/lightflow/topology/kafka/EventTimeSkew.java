package io.lightflow.topology.kafka;

import io.lightflow.position.Position;
import io.lightflow.topology.settings.PaceSection;
import io.lightflow.topology.settings.PaceSection.Beacons;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds topic-partitions of one task together in event time. Those that have run ahead of the slowest one with records
 * to read are paused. Little then waits for what has not been read yet, and the shards add to the same minutes of the
 * statistics in the same commits. A shard whose records do not arrive delays only itself.
 *
 * <p>Not thread-safe.
 */
final class EventTimeSkew {
    /** A shard whose records do not arrive delays the others for no longer than this. */
    private static final Duration MAX_WAIT_FOR_SLOW_SHARD = Duration.ofSeconds(5);

    private final Consumer<?, ?> consumer;
    private final PaceSection pace;
    private final InstantSource clock;
    private final Map<TopicPartition, Long> maxTimes = new HashMap<>();
    private final Map<TopicPartition, Long> lastNewsMs = new HashMap<>();
    private final Set<TopicPartition> paused = new HashSet<>();

    EventTimeSkew(Consumer<?, ?> consumer, PaceSection pace, InstantSource clock) {
        this.consumer = consumer;
        this.pace = pace;
        this.clock = clock;
    }

    /** Forgets all times and resumes what is paused. The partitions are those that the consumer reads from now on. */
    void restart(Collection<TopicPartition> assignment) {
        paused.retainAll(assignment);
        consumer.resume(paused);
        paused.clear();
        maxTimes.clear();
        lastNewsMs.clear();
        assignment.forEach(partition -> news(partition, Position.NO_TIME));
    }

    /**
     * Records of a topic-partition were read.
     *
     * @param maxTime their maximum event time in milliseconds. One beyond the reader's clock counts as now: a server
     *     with a fast clock must not make its topic-partition wait for the others
     */
    void news(TopicPartition partition, long maxTime) {
        long now = clock.millis();
        maxTimes.merge(partition, Math.min(now, maxTime), Math::max);
        lastNewsMs.put(partition, now);
    }

    /** Whether nothing has come for a while, there is nothing to read, and no beacons tell the time instead. */
    boolean isIdle(TopicPartition partition, long now) {
        return pace.beacons() == Beacons.NONE
                && !paused.contains(partition)
                && now - lastNewsMs.get(partition) > pace.idleAfter().toMillis()
                && lag(partition) == 0;
    }

    /**
     * Pauses topic-partitions that are ahead, and resumes the others.
     *
     * @return how many records are known to exist that have not been read
     */
    long keepTogether() {
        long now = clock.millis();
        long unread = 0;
        Map<Integer, Long> slowestOfShard = new HashMap<>();
        long slowest = Long.MAX_VALUE;
        for (TopicPartition partition : maxTimes.keySet()) {
            long lag = lag(partition);
            unread += lag;
            if (lag > 0) {
                long time = maxTimes.get(partition);
                slowestOfShard.merge(partition.partition(), time, Math::min);
                if (now - lastNewsMs.get(partition) < MAX_WAIT_FOR_SLOW_SHARD.toMillis()) {
                    slowest = Math.min(slowest, time);
                }
            }
        }
        for (TopicPartition partition : maxTimes.keySet()) {
            long ownSlowest = slowestOfShard.getOrDefault(partition.partition(), Long.MAX_VALUE);
            boolean pause = isAhead(maxTimes.get(partition), Math.min(slowest, ownSlowest));
            if (pause && paused.add(partition)) {
                consumer.pause(List.of(partition));
            } else if (!pause && paused.remove(partition)) {
                consumer.resume(List.of(partition));
                // It was not polled while it was paused, so whether it had news is unknown.
                lastNewsMs.put(partition, now);
            }
        }
        return unread;
    }

    /** Records that are known to exist and have not been read, by shard. */
    Map<Integer, Long> unread() {
        Map<Integer, Long> unread = new HashMap<>();
        for (TopicPartition partition : maxTimes.keySet()) {
            unread.merge(partition.partition(), consumer.currentLag(partition).orElse(0), Long::sum);
        }
        return unread;
    }

    private boolean isAhead(long time, long slowest) {
        return time != Position.NO_TIME
                && slowest != Long.MAX_VALUE
                && (slowest == Position.NO_TIME
                        || time - slowest > pace.maxSkew().toMillis());
    }

    /** Records that are known to exist and have not been read; 1 if that is unknown. */
    private long lag(TopicPartition partition) {
        return consumer.currentLag(partition).orElse(1);
    }
}
