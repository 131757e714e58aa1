package io.lightflow.topology.loop;

import io.lightflow.position.GapException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards that a gap has stopped (invariant B). The first time, the block is asked for again from the ledger, since it
 * may only have been read ahead of a commit that failed; if it begins above the ledger again, records are missing. A
 * stopped shard goes on by itself soon after an operator has accepted the gap, which moves the ledger. It is tried
 * again now and then even if the ledger has not moved: the records may be back.
 *
 * <p>Each time a batch must fail, since only a failed batch is read again from the ledger. That is kept rare: Trident
 * comes to a halt if batches fail at a higher rate than one in two message time-outs.
 *
 * <p>Not thread-safe.
 */
public final class StoppedShards {
    private static final Logger LOG = LoggerFactory.getLogger(StoppedShards.class);
    private static final Duration LOOK_AT_LEDGER_EVERY = Duration.ofSeconds(2);
    private static final Duration TRY_AGAIN_AFTER = Duration.ofMinutes(2);

    private final InstantSource clock;
    private final Map<Integer, String> suspects = new HashMap<>();
    private final Map<Integer, Long> stoppedAtMs = new HashMap<>();
    private long lookedMs;

    public StoppedShards(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether the shard's blocks are to be left alone for now. */
    public boolean isStopped(int shard) {
        return stoppedAtMs.containsKey(shard);
    }

    /**
     * Sets shards free, all of them at once, if the ledger of one has moved or one has been stopped for long. What was
     * left alone of them has been polled already and must come again from the ledger: the caller forgets where they
     * were, and fails the batch.
     *
     * @param ledgerMoved whether the ledger of a shard is not where it was when the shard was stopped
     * @return the shards that were set free; mostly none
     */
    public Set<Integer> release(IntPredicate ledgerMoved) {
        long now = clock.millis();
        if (stoppedAtMs.isEmpty() || now - lookedMs < LOOK_AT_LEDGER_EVERY.toMillis()) {
            return Set.of();
        }
        lookedMs = now;
        boolean due = stoppedAtMs.values().stream().anyMatch(since -> now - since >= TRY_AGAIN_AFTER.toMillis());
        if (!due && stoppedAtMs.keySet().stream().noneMatch(ledgerMoved::test)) {
            return Set.of();
        }
        Set<Integer> free = Set.copyOf(stoppedAtMs.keySet());
        stoppedAtMs.clear();
        return free;
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
        lookedMs = clock.millis();
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
