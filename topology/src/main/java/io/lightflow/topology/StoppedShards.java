package io.lightflow.topology;

import io.lightflow.position.GapException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards that a gap has stopped (invariant B). The first time, the block is asked for again from the ledger, since it
 * may only have been read ahead of a commit that failed; if it begins above the ledger again, records are missing. A
 * stopped shard is tried again now and then, so that it goes on by itself once an operator has mended it.
 *
 * <p>Not thread-safe.
 */
public final class StoppedShards {
    private static final Logger LOG = LoggerFactory.getLogger(StoppedShards.class);
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(10);

    private final InstantSource clock;
    private final Map<Integer, String> suspects = new HashMap<>();
    private final Map<Integer, Long> stoppedAtMs = new HashMap<>();

    public StoppedShards(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether the shard's blocks are to be left alone for now. */
    public boolean isStopped(int shard) {
        return stoppedAtMs.containsKey(shard);
    }

    /**
     * Sets free the shards that have been stopped for long enough. What was left alone of them has been polled already
     * and must come again from the ledger, and nothing else may come for long.
     *
     * @throws RetryException if there is such a shard
     */
    public void tryAgain() {
        long now = clock.millis();
        if (stoppedAtMs.values().removeIf(since -> now - since >= TRY_AGAIN_AFTER.toMillis())) {
            throw new RetryException("a shard that was stopped by a gap is tried again", null);
        }
    }

    /**
     * A block began above the ledger.
     *
     * @return if it should be asked for again first, what to throw once the batch's other shards are done: they must
     *     get on, however many have gaps
     */
    public Optional<RetryException> found(int shard, GapException gap) {
        String before = suspects.put(shard, gap.getMessage());
        if (!gap.getMessage().equals(before)) {
            return Optional.of(new RetryException(
                    "a block begins above the ledger and is asked for again: " + gap.getMessage(), gap));
        }
        LOG.error(gap.getMessage());
        stoppedAtMs.put(shard, clock.millis());
        return Optional.empty();
    }

    /** A block of the shard was contiguous. */
    public void wentWell(int shard) {
        suspects.remove(shard);
    }

    /** How many shards are stopped. */
    public int count() {
        return stoppedAtMs.size();
    }
}
