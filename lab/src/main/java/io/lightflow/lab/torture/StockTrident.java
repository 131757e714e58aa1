package io.lightflow.lab.torture;

import io.lightflow.lab.stock.StockTopology;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;

/**
 * Trident's state of the stock topology in ZooKeeper. Each query opens a connection, since ZooKeeper may have been
 * killed in between.
 */
final class StockTrident {
    private static final int MOST_AT_ONCE = 100;
    private static final int SESSION_MS = 10_000;
    private static final String NODE = "/transactional/" + StockTopology.STREAM;
    /** No txid. */
    static final long NONE = -1;

    private final String connect;

    StockTrident(String connect) {
        this.connect = connect;
    }

    /** A query on one connection. */
    interface Question<T> {
        T ask(Connected connected) throws Exception;
    }

    <T> T connected(Question<T> question) throws Exception {
        ZooKeeper zooKeeper = new ZooKeeper(connect, SESSION_MS, event -> {});
        try {
            return question.ask(new Connected(zooKeeper));
        } finally {
            zooKeeper.close();
        }
    }

    /** Deletes all of it. */
    void wipe() throws Exception {
        connected(it -> ZKUtil.deleteRecursive(it.zooKeeper, NODE, MOST_AT_ONCE));
    }

    /** Trident's current txid; {@link #NONE} if there is none or ZooKeeper is unavailable. */
    long currentBatch() throws Exception {
        try {
            return connected(Connected::currentBatch);
        } catch (KeeperException e) {
            return NONE;
        }
    }

    /** An open connection. */
    static final class Connected {
        private final ZooKeeper zooKeeper;

        private Connected(ZooKeeper zooKeeper) {
            this.zooKeeper = zooKeeper;
        }

        private long currentBatch() throws KeeperException, InterruptedException {
            byte[] txid = zooKeeper.getData(NODE + "/coordinator/currtx", false, null);
            return Long.parseLong(new String(txid, StandardCharsets.UTF_8));
        }

        /** Whether the newest batch is recorded for some partitions and not yet for others. */
        boolean isBetweenTwoPartitions() {
            return holds(() -> newestBatches().size() > 1);
        }

        /** Whether the newest batch is recorded for all partitions and not finished yet. */
        boolean isNotedAndOpen() {
            return holds(() -> newestBatches().equals(Set.of(currentBatch())));
        }

        /** The newest batch of each partition. Each partition has a separate node. */
        private Set<Long> newestBatches() throws KeeperException, InterruptedException {
            Set<Long> newest = new HashSet<>();
            for (String partition : zooKeeper.getChildren(NODE + "/user", false)) {
                List<String> batches = zooKeeper.getChildren(NODE + "/user/" + partition, false);
                newest.add(batches.stream().mapToLong(Long::parseLong).max().orElse(NONE));
            }
            return newest;
        }

        /** False if the state cannot be read. */
        private static boolean holds(Callable<Boolean> condition) {
            try {
                return condition.call();
            } catch (KeeperException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while reading Trident's state", e);
            } catch (Exception e) {
                throw new IllegalStateException("Reading Trident's state failed: " + e.getMessage(), e);
            }
        }
    }
}
