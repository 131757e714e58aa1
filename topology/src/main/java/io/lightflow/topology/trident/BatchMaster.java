package io.lightflow.topology.trident;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.storm.Config;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.trident.spout.ITridentSpout;
import org.apache.storm.trident.spout.ITridentSpout.BatchCoordinator;
import org.apache.storm.trident.topology.MasterBatchCoordinator;
import org.apache.storm.trident.topology.TransactionAttempt;
import org.apache.storm.tuple.Values;
import org.apache.storm.utils.ObjectReader;

/**
 * The spout that begins, commits and replays the batches of a topology, by the protocol of Trident's
 * {@link MasterBatchCoordinator}. Trident's own master keeps each batch in ZooKeeper, twice. This one only reserves
 * txids there, many at a time: the ledger says where a batch begins, so nobody needs to know which batches were in
 * flight.
 *
 * <p>Batches are committed in the order of their txids. A batch that fails begins again with its next attempt, and so
 * do all later ones. The first batch of a master is a second attempt: a task of the spout that outlived the last master
 * then reads from the ledger. Reserved txids never return, so no tuple of an earlier master is taken for one of this.
 *
 * <p>Storm calls it by one thread.
 */
final class BatchMaster extends BaseRichSpout {
    private static final long serialVersionUID = 1L;

    private enum Stage {
        PROCESSING,
        PROCESSED,
        COMMITTING
    }

    private record Batch(TransactionAttempt attempt, Stage stage) {}

    private final String transactionId;
    private final ITridentSpout<?> spout;

    private transient BatchCoordinator<?> coordinator;
    private transient TxidReservation txids;
    private transient SpoutOutputCollector collector;
    private transient TreeMap<Long, Batch> inFlight;
    /** Attempts of the batches that have begun and are not committed. */
    private transient Map<Long, Integer> attempts;

    private transient int maxInFlight;
    private transient long intervalNanos;
    private transient long begunNanos;
    private transient long current;
    private transient boolean active;

    /** @param transactionId name of the spout's state in ZooKeeper */
    BatchMaster(String transactionId, ITridentSpout<?> spout) {
        this.transactionId = transactionId;
        this.spout = spout;
    }

    @Override
    public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector output) {
        open(
                spout.getCoordinator(transactionId, conf, context),
                TxidReservation.inZooKeeper(conf, transactionId),
                ObjectReader.getInt(conf.get(Config.TOPOLOGY_MAX_SPOUT_PENDING)),
                Duration.ofMillis(ObjectReader.getInt(conf.get(Config.TOPOLOGY_TRIDENT_BATCH_EMIT_INTERVAL_MILLIS))),
                output);
    }

    /** @param interval the shortest time between the beginnings of two batches */
    void open(
            BatchCoordinator<?> asked,
            TxidReservation reservation,
            int batchesInFlight,
            Duration interval,
            SpoutOutputCollector output) {
        coordinator = asked;
        txids = reservation;
        collector = output;
        inFlight = new TreeMap<>();
        attempts = new HashMap<>();
        maxInFlight = batchesInFlight;
        intervalNanos = interval.toNanos();
        begunNanos = System.nanoTime() - intervalNanos;
        current = txids.first();
        attempts.put(current, 0);
        active = true;
    }

    @Override
    public void activate() {
        active = true;
    }

    @Override
    public void deactivate() {
        active = false;
    }

    @Override
    public void nextTuple() {
        commitOrBegin();
    }

    @Override
    public void ack(Object attempt) {
        Batch batch = batch(attempt);
        if (batch == null) {
            return;
        }
        if (batch.stage() == Stage.COMMITTING) {
            inFlight.remove(current);
            attempts.remove(current);
            collector.emit(MasterBatchCoordinator.SUCCESS_STREAM_ID, new Values(batch.attempt()));
            current++;
        } else {
            inFlight.put(batch.attempt().getTransactionId(), new Batch(batch.attempt(), Stage.PROCESSED));
        }
        commitOrBegin();
    }

    @Override
    public void fail(Object attempt) {
        Batch batch = batch(attempt);
        if (batch != null) {
            inFlight.tailMap(batch.attempt().getTransactionId()).clear();
            commitOrBegin();
        }
    }

    /** The batch in flight with this attempt; null if a later attempt has begun, or the batch is over. */
    private Batch batch(Object attempt) {
        Batch batch = inFlight.get(((TransactionAttempt) attempt).getTransactionId());
        return batch != null && batch.attempt().equals(attempt) ? batch : null;
    }

    private void commitOrBegin() {
        Batch next = inFlight.get(current);
        if (next != null && next.stage() == Stage.PROCESSED) {
            inFlight.put(current, new Batch(next.attempt(), Stage.COMMITTING));
            emit(MasterBatchCoordinator.COMMIT_STREAM_ID, next.attempt());
        }
        for (long txid = current; active && txid < current + maxInFlight; txid++) {
            if (!inFlight.containsKey(txid) && !begin(txid)) {
                // A later batch must not overtake this one: the spout would poll for it first.
                return;
            }
        }
    }

    private boolean begin(long txid) {
        long now = System.nanoTime();
        if (now - begunNanos < intervalNanos || !coordinator.isReady(txid) || !txids.reserve(txid)) {
            return false;
        }
        begunNanos = now;
        TransactionAttempt attempt = new TransactionAttempt(txid, attempts.merge(txid, 0, (last, first) -> last + 1));
        inFlight.put(txid, new Batch(attempt, Stage.PROCESSING));
        emit(MasterBatchCoordinator.BATCH_STREAM_ID, attempt);
        return true;
    }

    private void emit(String stream, TransactionAttempt attempt) {
        collector.emit(stream, new Values(attempt), attempt);
    }

    @Override
    public void close() {
        txids.close();
        coordinator.close();
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        // Trident's master has declared them.
        throw new UnsupportedOperationException("replaces a component whose streams are declared already");
    }
}
