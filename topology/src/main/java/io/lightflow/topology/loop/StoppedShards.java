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
 * Shards that a gap (invariant B) or a wrong join store (invariant L) has stopped. The first block above the ledger is
 * only a suspicion: the spout may have read ahead of a commit that failed. The loop requests the block again from the
 * ledger. If it begins above the ledger once more, records are missing and the shard stops.
 *
 * <p>A stopped shard continues soon after an operator accepts the gap, which moves the ledger. It is also retried now
 * and then, since the records may be back.
 *
 * <p>Each retry fails a batch, since Trident reads only a failed batch again from the ledger. Retries are rare: Trident
 * halts if more than one batch in two message time-outs fails.
 *
 * <p>Not thread-safe.
 */
public final class StoppedShards {
    private static final Logger LOG = LoggerFactory.getLogger(StoppedShards.class);
    private static final Duration LEDGER_CHECK_INTERVAL = Duration.ofSeconds(2);
    private static final Duration RETRY_INTERVAL = Duration.ofMinutes(2);

    private final InstantSource clock;
    private final LoopObserver observer;
    private final Map<Integer, String> suspects = new HashMap<>();
    private final Map<Integer, Long> stoppedAtMs = new HashMap<>();
    /** Logged gaps that are not over yet, by shard. */
    private final Map<Integer, String> logged = new HashMap<>();

    private long lookedMs;

    public StoppedShards(InstantSource clock, LoopObserver observer) {
        this.clock = clock;
        this.observer = observer;
    }

    /** Whether the loop must ignore the shard's blocks for now. */
    public boolean isStopped(int shard) {
        return stoppedAtMs.containsKey(shard);
    }

    /**
     * Releases all stopped shards at once if the ledger of one has moved, or one has been stopped for long. The spout
     * has already polled the blocks that were ignored, so it must read them again from the ledger: the caller forgets
     * where the shards were, and fails the batch.
     *
     * @param ledgerMoved whether the ledger of a shard has moved since the shard stopped
     * @return the released shards; usually none
     */
    public Set<Integer> release(IntPredicate ledgerMoved) {
        long now = clock.millis();
        if (stoppedAtMs.isEmpty() || now - lookedMs < LEDGER_CHECK_INTERVAL.toMillis()) {
            return Set.of();
        }
        lookedMs = now;
        boolean due = stoppedAtMs.values().stream().anyMatch(since -> now - since >= RETRY_INTERVAL.toMillis());
        if (!due && stoppedAtMs.keySet().stream().noneMatch(ledgerMoved::test)) {
            return Set.of();
        }
        Set<Integer> free = Set.copyOf(stoppedAtMs.keySet());
        stoppedAtMs.clear();
        return free;
    }

    /**
     * Records that a block began above the ledger.
     *
     * @return the exception to throw once the batch's other shards are done, if the block should be requested again;
     *     the other shards must progress, however many have gaps
     */
    public Optional<RetryException> gap(int shard, GapException gap) {
        String before = suspects.put(shard, gap.getMessage());
        if (!gap.getMessage().equals(before)) {
            return Optional.of(new RetryException(
                    "a block begins above the ledger and is requested again: " + gap.getMessage(), gap));
        }
        if (!gap.getMessage().equals(logged.put(shard, gap.getMessage()))) {
            LOG.error(gap.getMessage());
        }
        stopNow(shard, gap.getMessage());
        return Optional.empty();
    }

    /**
     * Stops a shard whose join store is not the ledger's. It is logged once, however often the shard is retried.
     *
     * @param reason what was expected, what was found, and what to do
     */
    public void stop(int shard, String reason) {
        if (!reason.equals(logged.put(shard, reason))) {
            LOG.error(reason);
        }
        stopNow(shard, reason);
    }

    private void stopNow(int shard, String reason) {
        stoppedAtMs.put(shard, clock.millis());
        lookedMs = clock.millis();
        observer.stopped(shard, reason);
    }

    /** Records that a block of the shard was contiguous. */
    public void contiguous(int shard) {
        suspects.remove(shard);
        if (logged.remove(shard) != null) {
            LOG.info("Shard {} continues", shard);
            observer.works(shard);
        }
    }

    /** How many shards are stopped. */
    public int count() {
        return stoppedAtMs.size();
    }
}
