package io.lightflow.topology.trident;

import io.lightflow.topology.loop.OutageLog;
import java.util.Map;
import org.apache.storm.trident.topology.state.TransactionalState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Txids that no earlier master of the topology has used. They are reserved in ZooKeeper, in the node in which Trident's
 * own master keeps its current txid. With an empty ZooKeeper they begin at 1. Not thread-safe.
 */
final class TxidReservation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TxidReservation.class);
    private static final String NODE = "currtx";
    private static final int SIZE = 10_000;
    private static final long RETRY_INTERVAL_NANOS = 1_000_000_000;

    /** Keeps the reservation. */
    interface Node extends AutoCloseable {
        /** The first txid that is not reserved; null if nothing is kept. */
        Number read();

        void write(long end);

        @Override
        void close();
    }

    private final Node node;
    private final OutageLog outage = new OutageLog(LOG, "Txids are reserved again");
    private final long first;
    /** The first txid that is not reserved. */
    private long end;

    private long failedNanos = System.nanoTime() - RETRY_INTERVAL_NANOS;

    TxidReservation(Node node) {
        this.node = node;
        Number stored = node.read();
        this.first = stored == null ? 1 : stored.longValue();
        this.end = first;
    }

    /** Reads where the last master ended. Fails if ZooKeeper is unavailable; Storm then starts the worker again. */
    static TxidReservation inZooKeeper(Map<String, Object> conf, String transactionId) {
        TransactionalState state = TransactionalState.newCoordinatorState(conf, transactionId);
        return new TxidReservation(new Node() {
            @Override
            public Number read() {
                return (Number) state.getData(NODE);
            }

            @Override
            public void write(long end) {
                state.setData(NODE, end);
            }

            @Override
            public void close() {
                state.close();
            }
        });
    }

    long first() {
        return first;
    }

    /** Returns false if the txid cannot be reserved now. */
    boolean reserve(long txid) {
        if (txid < end) {
            return true;
        }
        if (System.nanoTime() - failedNanos < RETRY_INTERVAL_NANOS) {
            return false;
        }
        try {
            node.write(txid + SIZE);
        } catch (RuntimeException e) {
            failedNanos = System.nanoTime();
            outage.failed("No batch begins while txids cannot be reserved in ZooKeeper: " + e);
            return false;
        }
        outage.works();
        end = txid + SIZE;
        return true;
    }

    @Override
    public void close() {
        node.close();
    }
}
