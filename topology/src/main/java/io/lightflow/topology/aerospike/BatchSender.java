package io.lightflow.topology.aerospike;

import com.aerospike.client.AerospikeException;
import com.aerospike.client.BatchRecord;
import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.ResultCode;
import com.aerospike.client.policy.BatchPolicy;
import com.aerospike.client.policy.Replica;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.loop.StoppedException;
import io.lightflow.topology.settings.AerospikeCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends records in batches of a bounded size, a bounded number of them at once. Thread-safe.
 *
 * <p>Every record may be sent twice: a read changes nothing, and a cell that is put again has the same value. So this
 * sends again whatever got no response, even if it may have been done (a time-out "in doubt").
 */
final class BatchSender implements AutoCloseable {
    private static final int MAX_ATTEMPTS = 3;

    /** Results that a retry may change. */
    private static final Set<Integer> TRANSIENT = Set.of(
            ResultCode.NO_RESPONSE,
            ResultCode.TIMEOUT,
            ResultCode.SERVER_NOT_AVAILABLE,
            ResultCode.NO_MORE_CONNECTIONS,
            ResultCode.MAX_RETRIES_EXCEEDED,
            ResultCode.MAX_ERROR_RATE,
            ResultCode.INVALID_NODE_ERROR,
            ResultCode.BATCH_FAILED,
            ResultCode.BATCH_QUEUES_FULL,
            ResultCode.CLUSTER_KEY_MISMATCH,
            ResultCode.PARTITION_UNAVAILABLE,
            ResultCode.DEVICE_OVERLOAD,
            ResultCode.KEY_BUSY);

    private final IAerospikeClient client;
    private final String name;
    private final int batchKeys;
    private final BatchPolicy policy;
    private final ExecutorService threads;

    /** @param name of the store, for messages */
    BatchSender(IAerospikeClient client, AerospikeCluster settings, String name) {
        this.client = client;
        this.name = name;
        this.batchKeys = settings.batchKeys();
        this.policy = policy(settings);
        this.threads = Executors.newFixedThreadPool(settings.batchesInFlight(), work -> {
            Thread thread = new Thread(work, "lightflow-aerospike");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static BatchPolicy policy(AerospikeCluster settings) {
        BatchPolicy policy = new BatchPolicy();
        policy.connectTimeout = Math.toIntExact(settings.connectTimeout().toMillis());
        policy.socketTimeout = Math.toIntExact(settings.socketTimeout().toMillis());
        policy.totalTimeout = Math.toIntExact(settings.totalTimeout().toMillis());
        policy.replica = Replica.valueOf(settings.replica().name());
        policy.maxRetries = 0;
        policy.maxConcurrentThreads = 0;
        policy.allowInline = true;
        policy.sendKey = false;
        return policy;
    }

    /**
     * Sends all records. On return each of them has a result that its sender expects.
     *
     * @param expected result codes besides {@link ResultCode#OK} that the sender accepts
     * @throws StoreUnavailableException if some got no response, or were rejected for another reason
     * @throws StoppedException if the thread is interrupted
     */
    void send(List<? extends BatchRecord> records, Set<Integer> expected) {
        if (records.isEmpty()) {
            return;
        }
        List<? extends BatchRecord> open = records;
        for (int attempt = 1; ; attempt++) {
            long beganNanos = System.nanoTime();
            AerospikeException failure = attempt(open);
            Traffic.count(open.get(0).hasWrite, open.size(), System.nanoTime() - beganNanos);
            open = open.stream()
                    .filter(record -> record.resultCode != ResultCode.OK && !expected.contains(record.resultCode))
                    .toList();
            if (open.isEmpty()) {
                return;
            }
            if (attempt == MAX_ATTEMPTS || !open.stream().allMatch(record -> TRANSIENT.contains(record.resultCode))) {
                throw unavailable(open, records.size(), failure);
            }
        }
    }

    /** Returns the failure of a whole batch, if there was one. */
    private AerospikeException attempt(List<? extends BatchRecord> records) {
        if (records.size() <= batchKeys) {
            return sendOne(records);
        }
        List<Callable<AerospikeException>> work = new ArrayList<>();
        for (int from = 0; from < records.size(); from += batchKeys) {
            List<? extends BatchRecord> part = records.subList(from, Math.min(from + batchKeys, records.size()));
            work.add(() -> sendOne(part));
        }
        try {
            AerospikeException failure = null;
            for (Future<AerospikeException> done : threads.invokeAll(work)) {
                AerospikeException found = done.get();
                failure = found == null ? failure : found;
            }
            return failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("the loop was interrupted while it waited for the " + name, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a batch for the " + name + " failed", e.getCause());
        }
    }

    private AerospikeException sendOne(List<? extends BatchRecord> records) {
        records.forEach(BatchRecord::prepare);
        try {
            client.operate(policy, new ArrayList<>(records));
            return null;
        } catch (AerospikeException e) {
            return e;
        }
    }

    private StoreUnavailableException unavailable(
            List<? extends BatchRecord> open, int all, AerospikeException failure) {
        BatchRecord example = open.stream()
                .map(BatchRecord.class::cast)
                .filter(record -> !TRANSIENT.contains(record.resultCode))
                .findFirst()
                .orElse(open.get(0));
        long inDoubt = open.stream().filter(record -> record.inDoubt).count();
        return new StoreUnavailableException(
                "The " + name + " did not do " + open.size() + " of " + all + " "
                        + (example.hasWrite ? "writes" : "reads")
                        + " (" + ResultCode.getResultString(example.resultCode) + ", code " + example.resultCode
                        + (failure == null ? "" : ": " + failure.getMessage()) + "; " + inDoubt + " in doubt)."
                        + hint(example.resultCode)
                        + " All of them are sent again, which changes nothing where they were"
                        + " done",
                failure);
    }

    private static String hint(int code) {
        return switch (code) {
            case ResultCode.FAIL_FORBIDDEN, ResultCode.SERVER_MEM_ERROR ->
                " The namespace refuses writes: look at stop_writes in `asinfo -v namespace/NAME` for whether it is"
                        + " full, and at nsup-period, without which it takes no time-to-live.";
            case ResultCode.DEVICE_OVERLOAD -> " Its disks do not keep up: raise max-write-cache, or add nodes.";
            case ResultCode.ROLE_VIOLATION, ResultCode.NOT_AUTHENTICATED ->
                " The user needs the role read-write for the namespace.";
            default -> "";
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
