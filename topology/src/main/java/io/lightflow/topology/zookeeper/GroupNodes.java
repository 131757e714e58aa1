package io.lightflow.topology.zookeeper;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topology's nodes in ZooKeeper: {@code owner}, which exists while a topology works on the group, and {@code paused},
 * which an operator sets. Exactness needs neither: the sink would fence a second topology. Thread-safe.
 */
public final class GroupNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupNodes.class);
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int CONNECTION_TIMEOUT_MS = 10_000;

    private final CuratorFramework curator;
    private final String ownerPath;
    private final String pausedPath;

    private GroupNodes(CuratorFramework curator, String base) {
        this.curator = curator;
        this.ownerPath = base + "/owner";
        this.pausedPath = base + "/paused";
    }

    /** Connects. ZooKeeper may still be unavailable. */
    public static GroupNodes connect(GroupSettings settings, TopologyDescriptor topology) {
        CuratorFramework curator = CuratorFrameworkFactory.newClient(
                settings.zookeeper().connect(),
                SESSION_TIMEOUT_MS,
                CONNECTION_TIMEOUT_MS,
                new ExponentialBackoffRetry(100, 5, 2_000));
        String base = settings.zookeeper().root() + "/" + settings.group() + "/" + topology.name();
        GroupNodes nodes = new GroupNodes(curator, base);
        curator.start();
        return nodes;
    }

    /** Reads the node itself, not a cache. */
    public boolean isPausedNow() {
        return call("looking up " + pausedPath, () -> curator.checkExists().forPath(pausedPath)) != null;
    }

    /** Prevents new batches until {@link #resume}; those in flight complete. */
    public void pause() {
        call(
                "pausing",
                () -> curator.create().orSetData().creatingParentsIfNeeded().forPath(pausedPath, new byte[0]));
    }

    public void resume() {
        call("resuming", () -> {
            curator.delete().quietly().forPath(pausedPath);
            return null;
        });
    }

    /** The id of the topology that works on the group now, if there is one. */
    public Optional<String> owner() {
        return Optional.ofNullable(call("looking up " + ownerPath, this::readOwner));
    }

    /** The owner, if there still is one after waiting for it to leave. */
    public Optional<String> ownerAfterWaiting(Duration timeout) {
        CountDownLatch left = new CountDownLatch(1);
        call("waiting for " + ownerPath + " to go", () -> {
            boolean owned = curator.checkExists()
                            .usingWatcher((Watcher) event -> left.countDown())
                            .forPath(ownerPath)
                    != null;
            return owned && left.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        });
        return owner();
    }

    private String readOwner() throws Exception {
        try {
            return new String(curator.getData().forPath(ownerPath), StandardCharsets.UTF_8);
        } catch (KeeperException.NoNodeException e) {
            return null;
        }
    }

    /** Claims the group for a topology for as long as this process lives. */
    public Ownership claim(String topologyId) {
        return new Ownership(topologyId);
    }

    /** A topology's claim to be the only one of its name that works on the group. */
    public final class Ownership implements AutoCloseable {
        private static final long CLAIM_INTERVAL_NS = 1_000_000_000L;
        private final String topologyId;
        private final CuratorCache pausedCache = CuratorCache.build(curator, pausedPath);
        private long lastTryNs = System.nanoTime() - CLAIM_INTERVAL_NS;
        private boolean mine;
        /** The logged problem that is not over yet; null if there is none. */
        private String problem;

        private long session;

        private Ownership(String topologyId) {
            this.topologyId = topologyId;
            pausedCache.start();
        }

        /** Whether an operator has paused the topology, as far as this process knows. Thread-safe. */
        public boolean isPaused() {
            return pausedCache.get(pausedPath).isPresent();
        }

        /**
         * Whether this topology owns the group. Claims the group if it has no owner, and takes over the claim of an
         * earlier worker of the same topology. Called by one thread.
         */
        public boolean isMine() {
            if (System.nanoTime() - lastTryNs < CLAIM_INTERVAL_NS) {
                return mine;
            }
            lastTryNs = System.nanoTime();
            try {
                mine = claim();
            } catch (Exception e) {
                // ZooKeeper is unavailable: Trident cannot begin a batch either, and the sink fences in any case.
                if (isNewProblem("unavailable")) {
                    LOG.warn("The claim of {} on {} cannot be checked now: {}", topologyId, ownerPath, e.toString());
                }
            }
            return mine;
        }

        private boolean claim() throws Exception {
            String owner = readOwner();
            if (owner != null && !owner.equals(topologyId)) {
                if (isNewProblem("owned by " + owner)) {
                    LOG.error(
                            "Topology {} does not start: {} works on this group already. Kill one of them",
                            topologyId,
                            owner);
                }
                return false;
            }
            long current = curator.getZookeeperClient().getZooKeeper().getSessionId();
            if (owner == null || session != current) {
                curator.delete().quietly().forPath(ownerPath);
                curator.create()
                        .creatingParentsIfNeeded()
                        .withMode(CreateMode.EPHEMERAL)
                        .forPath(ownerPath, topologyId.getBytes(StandardCharsets.UTF_8));
                session = current;
            }
            if (problem != null) {
                problem = null;
                LOG.info("Topology {} has its claim on {} again", topologyId, ownerPath);
            }
            return true;
        }

        /** A problem is logged when it begins, and not with each try. */
        private boolean isNewProblem(String found) {
            boolean isNew = !found.equals(problem);
            problem = found;
            return isNew;
        }

        @Override
        public void close() {
            pausedCache.close();
            if (mine) {
                call("giving up " + ownerPath, () -> curator.delete().quietly().forPath(ownerPath));
            }
        }
    }

    private interface ZooKeeperCall<T> {
        T run() throws Exception;
    }

    private static <T> T call(String action, ZooKeeperCall<T> call) {
        try {
            return call.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(action + " was interrupted", e);
        } catch (Exception e) {
            throw new IllegalStateException(action + " failed: ZooKeeper says " + e, e);
        }
    }

    @Override
    public void close() {
        curator.close();
    }
}
