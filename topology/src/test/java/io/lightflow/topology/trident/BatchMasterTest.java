package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.storm.spout.ISpoutOutputCollector;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.trident.spout.ITridentSpout.BatchCoordinator;
import org.apache.storm.trident.topology.TransactionAttempt;
import org.junit.jupiter.api.Test;

/** Batches are committed in the order of their txids, and a batch that fails begins again with all behind it. */
class BatchMasterTest {
    private final List<String> emitted = new ArrayList<>();
    private final Set<Long> refused = new HashSet<>();
    private final StoredTxid node = new StoredTxid();
    private BatchMaster master = open();

    /** Keeps the reservation in memory. */
    private static final class StoredTxid implements TxidReservation.Node {
        private Long end;
        private boolean available = true;

        @Override
        public Number read() {
            return end;
        }

        @Override
        public void write(long newEnd) {
            if (!available) {
                throw new IllegalStateException("unavailable");
            }
            end = newEnd;
        }

        @Override
        public void close() {
            // Outlives its master.
        }
    }

    private BatchMaster open() {
        BatchMaster opened = new BatchMaster("id", null);
        opened.open(
                new BatchCoordinator<>() {
                    @Override
                    public Object initializeTransaction(long txid, Object previous, Object current) {
                        throw new UnsupportedOperationException("the master never asks for metadata");
                    }

                    @Override
                    public void success(long txid) {
                        throw new UnsupportedOperationException("the master tells the spout alone");
                    }

                    @Override
                    public boolean isReady(long txid) {
                        return !refused.contains(txid);
                    }

                    @Override
                    public void close() {
                        emitted.add("closed");
                    }
                },
                new TxidReservation(node),
                3,
                Duration.ZERO,
                new SpoutOutputCollector(new ISpoutOutputCollector() {
                    @Override
                    public List<Integer> emit(String stream, List<Object> tuple, Object messageId) {
                        assertThat(messageId).isEqualTo(stream.equals("$success") ? null : tuple.get(0));
                        emitted.add(stream + " " + tuple.get(0));
                        return List.of();
                    }

                    @Override
                    public void emitDirect(int task, String stream, List<Object> tuple, Object messageId) {
                        throw new UnsupportedOperationException("the master emits to streams");
                    }

                    @Override
                    public long getPendingCount() {
                        return 0;
                    }

                    @Override
                    public void flush() {
                        // Nothing is kept back.
                    }

                    @Override
                    public void reportError(Throwable error) {
                        throw new AssertionError(error);
                    }
                }));
        return opened;
    }

    private void assertEmitted(String... expected) {
        assertThat(emitted).containsExactly(expected);
        emitted.clear();
    }

    private static TransactionAttempt attempt(long txid, int attempt) {
        return new TransactionAttempt(txid, attempt);
    }

    @Test
    void theFirstBatchOfAMasterIsReadFromTheLedger() {
        master.nextTuple();
        assertEmitted("$batch 1:1", "$batch 2:0", "$batch 3:0");
    }

    @Test
    void batchesAreCommittedInOrderOneAfterTheOther() {
        master.nextTuple();
        emitted.clear();

        master.ack(attempt(2, 0));
        assertEmitted();
        master.ack(attempt(1, 1));
        assertEmitted("$commit 1:1");
        master.ack(attempt(1, 1));
        assertEmitted("$success 1:1", "$commit 2:0", "$batch 4:0");
        master.ack(attempt(2, 0));
        assertEmitted("$success 2:0", "$batch 5:0");
        master.ack(attempt(3, 0));
        assertEmitted("$commit 3:0");
    }

    @Test
    void aBatchThatFailsBeginsAgainWithAllBehindItAndOlderAttemptsNoLongerCount() {
        master.nextTuple();
        master.ack(attempt(1, 1));
        master.ack(attempt(2, 0));
        emitted.clear();

        master.fail(attempt(2, 0));
        assertEmitted("$batch 2:1", "$batch 3:1");

        master.ack(attempt(3, 0));
        master.fail(attempt(2, 0));
        master.ack(attempt(1, 1));
        assertEmitted("$success 1:1", "$batch 4:0");
        master.ack(attempt(2, 1));
        assertEmitted("$commit 2:1");
    }

    @Test
    void aCommitThatFailsIsReplayed() {
        master.nextTuple();
        master.ack(attempt(1, 1));
        emitted.clear();

        master.fail(attempt(1, 1));
        assertEmitted("$batch 1:2", "$batch 2:1", "$batch 3:1");
    }

    @Test
    void noBatchOvertakesOneThatMayNotBegin() {
        refused.add(2L);
        master.nextTuple();
        assertEmitted("$batch 1:1");
        refused.clear();
        master.nextTuple();
        assertEmitted("$batch 2:0", "$batch 3:0");
    }

    @Test
    void aTopologyThatIsNotActiveCommitsAndBeginsNothing() {
        master.nextTuple();
        master.ack(attempt(1, 1));
        emitted.clear();

        master.deactivate();
        master.ack(attempt(1, 1));
        assertEmitted("$success 1:1");
        master.activate();
        master.nextTuple();
        assertEmitted("$batch 4:0");
    }

    @Test
    void theNextMasterContinuesAboveEachTxidOfTheLastOne() {
        master.nextTuple();
        long reserved = node.end;
        master.close();
        emitted.clear();

        master = open();
        master.nextTuple();

        assertThat(reserved).isGreaterThan(3);
        assertEmitted(
                "$batch " + reserved + ":1", "$batch " + (reserved + 1) + ":0", "$batch " + (reserved + 2) + ":0");
    }

    @Test
    void noBatchBeginsWhileItsTxidCannotBeReserved() {
        node.available = false;
        master.nextTuple();
        assertEmitted();
        assertThat(node.end).isNull();
    }
}
