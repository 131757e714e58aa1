package io.lightflow.topology.trident;

import io.lightflow.event.Block;
import io.lightflow.event.WriterSchemas;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.PollBudget;
import io.lightflow.topology.kafka.PollLimiter;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.loop.LogContext;
import io.lightflow.topology.loop.OutageLog;
import io.lightflow.topology.loop.StoppedException;
import io.lightflow.topology.metrics.ReaderMetrics;
import io.lightflow.topology.metrics.WorkerMetrics;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.storm.trident.operation.TridentCollector;
import org.apache.storm.trident.spout.ITridentSpout.Emitter;
import org.apache.storm.trident.topology.TransactionAttempt;
import org.apache.storm.tuple.Values;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task of the spout. A new batch continues where the last one ended. A replayed batch is read again from the
 * ledger, whatever its length turns out to be: the loop skips records that the ledger already has.
 *
 * <p>While the task keeps up with its topics, it polls a batch once the commit of the last one has ended: a batch that
 * is polled earlier would only wait. While it lags, it polls ahead.
 *
 * <p>Trident replays a batch that takes long, which may mean that the loop's worker has died, or only that the loop
 * waits for a server. If the loop of this worker works on the blocks, the replay is empty: the loop commits what it
 * has. Any other replay is half as large as the one before, so that an outage does not fill the loop's memory.
 */
final class BlockEmitter implements Emitter<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(BlockEmitter.class);
    /** Few enough to keep topic-partitions together between polls of the consumer. */
    private static final int MAX_RECORDS_PER_POLL = 2_000;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LAG_INTERVAL = Duration.ofSeconds(1);
    /** The longest wait for a commit. Meanwhile nobody learns that the batch may be replayed. */
    private static final Duration COMMIT_WAIT = Duration.ofSeconds(1);

    private final String group;
    private final String topology;
    private final TaskHints hints;
    private final ShardReader reader;
    private final ReplayPositions positions;
    private final GuardedCloser closer;
    private final ExecutorSignal signal;
    private final WorkerMetrics worker;
    private final ReaderMetrics metrics;
    private long lagReportedNanos = System.nanoTime();
    private BatchEnd lastBatch = new BatchEnd();
    private boolean seek = true;
    private final OutageLog outage;

    BlockEmitter(TopologyDescriptor topology, GroupSettings settings, TaskHints hints, int task, int tasks) {
        List<Integer> shards = new ArrayList<>();
        for (int shard = task; shard < settings.shards(); shard += tasks) {
            shards.add(shard);
        }
        this.group = settings.group();
        this.topology = topology.name();
        this.hints = hints;
        this.reader = reader(topology, settings, shards);
        this.positions = new ReplayPositions(topology.positions(settings), System::nanoTime);
        this.outage = new OutageLog(LOG, "Shards " + shards + " are read again");
        this.closer = new GuardedCloser("a task's reader", this::closeAll, CLOSE_TIMEOUT);
        this.signal = ExecutorSignal.of(topology.stormName(settings.group()));
        this.worker = WorkerMetrics.acquire(settings.metrics());
        this.metrics = worker.metrics().reader(settings.group(), topology.name());
        this.lastBatch.come();
    }

    private static ShardReader reader(TopologyDescriptor topology, GroupSettings settings, List<Integer> shards) {
        KafkaClients clients = new KafkaClients(settings.kafka());
        String clientId = topology.stormName(settings.group()) + "-" + (shards.isEmpty() ? "none" : shards.get(0));
        PollLimiter limiter = new PollLimiter();
        return new ShardReader(
                clients.consumer(clientId, Math.min(settings.pace().pollRecords(), MAX_RECORDS_PER_POLL), limiter),
                limiter,
                PollBudget.ofProcess(),
                clients.admin(clientId + "-lookup"),
                topology.topics(settings),
                settings.shards(),
                shards,
                settings.pace(),
                topology.decoder(settings),
                InstantSource.system());
    }

    @Override
    public void emitBatch(TransactionAttempt transaction, Object ignored, TridentCollector collector) {
        // The executor may have emitted the end of the former batch just now, and waits here for long.
        signal.raise();
        LogContext.inBatch(
                group, topology, transaction.getTransactionId(), () -> closer.work(() -> emit(transaction, collector)));
    }

    private void emit(TransactionAttempt transaction, TridentCollector collector) {
        boolean isReplay = transaction.getAttemptId() > 0;
        if (isReplay || !reader.isBehind()) {
            awaitLastCommit(transaction);
        }
        if (isReplay && lastBatch.isAtWork()) {
            collector.emit(new Values(new Blocks(topology, List.of())));
            return;
        }
        Blocks blocks = new Blocks(topology, read(transaction));
        lastBatch = blocks.end();
        collector.emit(new Values(blocks));
        if (!blocks.blocks().isEmpty()) {
            hints.write(transaction.getTransactionId(), transaction.getAttemptId(), blocks.blocks());
        }
    }

    private void awaitLastCommit(TransactionAttempt transaction) {
        try {
            lastBatch.await(COMMIT_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("waiting to read batch " + transaction + " was interrupted", e);
        }
    }

    private List<Block> read(TransactionAttempt transaction) {
        List<Block> blocks = List.of();
        if (transaction.getAttemptId() > 0) {
            LOG.info("Batch {} is replayed from the ledger", transaction);
        }
        try {
            boolean unchanged = reader.isReady();
            seek |= !unchanged || transaction.getAttemptId() > 0;
            if (reader.canSeek()) {
                if (seek) {
                    reader.seek(positions.read(reader.shards()));
                    seek = false;
                }
                blocks = reader.poll(transaction.getAttemptId());
                reportLag();
            }
            metrics.available();
            outage.works();
        } catch (SinkUnavailableException | KafkaException | WriterSchemas.SchemasUnavailableException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new StoppedException("reading batch " + transaction + " was interrupted");
            }
            // The batch is empty instead of failed: Trident takes a spout's failed batch for emitted, and waits for the
            // rest of it until its time-out.
            seek = true;
            metrics.unavailable();
            outage.failed("Batches of shards " + reader.shards() + " stay empty while a server is unavailable: "
                    + e.getMessage());
        } catch (RuntimeException e) {
            seek = true;
            throw e;
        }
        return blocks;
    }

    private void reportLag() {
        long now = System.nanoTime();
        if (now - lagReportedNanos >= LAG_INTERVAL.toNanos()) {
            lagReportedNanos = now;
            metrics.lag(reader.unread());
        }
    }

    @Override
    public void success(TransactionAttempt transaction) {
        // The ledger knows.
    }

    @Override
    public void close() {
        closer.close();
    }

    private void closeAll() {
        reader.close();
        positions.close();
        hints.close();
        metrics.close();
        worker.close();
    }
}
