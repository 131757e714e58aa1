package io.lightflow.topology.kafka;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards that are not read, since the log of a topic-partition was cut off before what was read of it. Each is retried
 * now and then, and its reason is logged once. Not thread-safe.
 */
final class TruncatedShards {
    private static final Logger LOG = LoggerFactory.getLogger(TruncatedShards.class);
    private static final Duration RETRY_INTERVAL = Duration.ofMinutes(2);

    private final InstantSource clock;
    private final Map<Integer, Truncation> stopped = new TreeMap<>();
    private final Map<Integer, String> logged = new HashMap<>();

    private record Truncation(String reason, long atMs) {}

    TruncatedShards(InstantSource clock) {
        this.clock = clock;
    }

    boolean contains(int shard) {
        return stopped.containsKey(shard);
    }

    /** The reasons, by shard. */
    Map<Integer, String> reasons() {
        Map<Integer, String> reasons = new TreeMap<>();
        stopped.forEach((shard, truncation) -> reasons.put(shard, truncation.reason()));
        return reasons;
    }

    /**
     * Stops a shard.
     *
     * @param read offset up to which the partition was read
     * @param end offset up to which the log still holds what was read
     */
    void stop(TopicPartition partition, long read, long end) {
        int shard = partition.partition();
        String reason = "shard " + shard + " stopped: " + partition + " has been read up to offset " + read
                + ", but its log was cut off at offset " + end + "; records were lost, as by an unclean leader"
                + " election, and new ones at their offsets would be taken for read. Delete the topic and fill it"
                + " again under the same name: events that were read before are duplicates then";
        stopped.put(shard, new Truncation(reason, clock.millis()));
        if (!reason.equals(logged.put(shard, reason))) {
            LOG.error(reason);
        }
    }

    /** Whether a shard has been stopped for so long that it is to be read again. */
    boolean isRetryDue() {
        return stopped.values().stream().anyMatch(this::isRetryDue);
    }

    /** Releases the shards that are to be read again. */
    void release() {
        stopped.values().removeIf(this::isRetryDue);
    }

    /** Releases all shards, since the topics are others now. */
    void clear() {
        stopped.clear();
    }

    private boolean isRetryDue(Truncation truncation) {
        return clock.millis() - truncation.atMs() >= RETRY_INTERVAL.toMillis();
    }
}
