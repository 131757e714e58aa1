package io.lightflow.topology.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of polled records that all tasks of a process may hold at once: a share of the heap. The step and its
 * outputs need several times as much.
 *
 * <p>A task holds its last batches, as many as may be in flight. So nothing has to be given back, and a lost batch
 * cannot use up the budget for good. Thread-safe.
 */
public final class PollBudget {
    private static final int HEAP_SHARE = 16;
    /** A task always progresses, however much the others hold. */
    private static final long MIN_POLL_BYTES = 1 << 20;

    private static final PollBudget OF_PROCESS =
            new PollBudget(Runtime.getRuntime().maxMemory() / HEAP_SHARE);

    private final long totalBytes;
    private final AtomicLong heldBytes = new AtomicLong();

    /** @param totalBytes of all tasks together */
    public PollBudget(long totalBytes) {
        this.totalBytes = totalBytes;
    }

    /** The budget of this process. */
    public static PollBudget ofProcess() {
        return OF_PROCESS;
    }

    /** @param batchesInFlight how many batches of the task may be in flight */
    Share share(int batchesInFlight) {
        return new Share(batchesInFlight);
    }

    /** The share of one task. Used by one thread. */
    final class Share implements AutoCloseable {
        private final int batchesInFlight;
        private final Deque<Long> batches = new ArrayDeque<>();

        private Share(int batchesInFlight) {
            this.batchesInFlight = batchesInFlight;
        }

        /** How many bytes the next batch may have. */
        long nextBatch() {
            while (batches.size() >= batchesInFlight) {
                heldBytes.addAndGet(-batches.remove());
            }
            return Math.max(MIN_POLL_BYTES, totalBytes - heldBytes.get());
        }

        /** Records the size of a batch. */
        void polled(long bytes) {
            heldBytes.addAndGet(bytes);
            batches.add(bytes);
        }

        @Override
        public void close() {
            batches.forEach(bytes -> heldBytes.addAndGet(-bytes));
            batches.clear();
        }
    }
}
