package io.lightflow.topology.zookeeper;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topology's nodes in ZooKeeper: {@code owner}, which exists while a topology works on the group, {@code paused},
 * which an operator sets, {@code stopped}, which holds the reason of each shard that needs an operator,
 * {@code checkpoint}, by which an operator asks for a copy of the store, {@code settings}, which were submitted last,
 * and {@code rules}, those of the join since earlier submissions. Exactness needs none of them: the sink would fence a
 * second topology. Thread-safe.
 */
public final class GroupNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupNodes.class);

    private final CuratorFramework curator;
    private final NodeAccess access;
    private final String ownerPath;
    private final String pausedPath;
    private final String stoppedPath;
    private final String checkpointPath;
    private final String checkpointReplyPath;
    private final String settingsPath;
    private final RulesNodes rules;

    private GroupNodes(CuratorFramework curator, NodeAccess access, String base) {
        this.curator = curator;
        this.access = access;
        this.ownerPath = base + "/owner";
        this.pausedPath = base + "/paused";
        this.stoppedPath = base + "/stopped";
        this.checkpointPath = base + "/checkpoint";
        this.checkpointReplyPath = base + "/checkpoint-reply";
        this.settingsPath = base + "/settings";
        this.rules = new RulesNodes(curator, base + "/rules");
    }

    /** Connects. ZooKeeper may still be unavailable. */
    public static GroupNodes connect(GroupSettings settings, TopologyDescriptor topology) {
        CuratorFramework curator = ZooKeeperClients.create(settings, new ExponentialBackoffRetry(100, 5, 2_000));
        String group = settings.zookeeper().root() + "/" + settings.group();
        String base = group + "/" + topology.name();
        NodeAccess access = new NodeAccess(curator, settings.zookeeper(), List.of(group, base));
        GroupNodes nodes = new GroupNodes(curator, access, base);
        curator.start();
        return nodes;
    }

    /** Reads the node itself, not a cache. */
    public boolean isPausedNow() {
        return call("looking up " + pausedPath, () -> curator.checkExists().forPath(pausedPath)) != null;
    }

    /** Prevents new batches until {@link #resume}; those in flight complete. */
    public void pause() {
        call("pausing", () -> {
            access.restrict();
            return curator.create().orSetData().creatingParentsIfNeeded().forPath(pausedPath, new byte[0]);
        });
    }

    public void resume() {
        call("resuming", () -> {
            curator.delete().quietly().forPath(pausedPath);
            return null;
        });
    }

    /** Tells why a shard has stopped until {@link #withdrawStop}. */
    public void noteStop(int shard, String reason) {
        call("noting that shard " + shard + " has stopped", () -> curator.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(stoppedPath + "/" + shard, reason.getBytes(StandardCharsets.UTF_8)));
    }

    public void withdrawStop(int shard) {
        call("noting that shard " + shard + " works", () -> {
            curator.delete().quietly().forPath(stoppedPath + "/" + shard);
            return null;
        });
    }

    /** Forgets all shards that have stopped. To be called while no topology works on the group. */
    public void withdrawStops() {
        call("noting that all shards work", () -> {
            curator.delete().quietly().deletingChildrenIfNeeded().forPath(stoppedPath);
            return null;
        });
    }

    /** The reasons of the shards that have stopped, by shard. */
    public SortedMap<Integer, String> stops() {
        return call("looking up " + stoppedPath, () -> {
            SortedMap<Integer, String> stops = new TreeMap<>();
            if (curator.checkExists().forPath(stoppedPath) != null) {
                for (String shard : curator.getChildren().forPath(stoppedPath)) {
                    byte[] reason = readIfPresent(stoppedPath + "/" + shard);
                    if (reason != null) {
                        stops.put(Integer.parseInt(shard), new String(reason, StandardCharsets.UTF_8));
                    }
                }
            }
            return stops;
        });
    }

    /** Asks the topology for a checkpoint of its store, and forgets the reply to any earlier request. */
    public void requestCheckpoint(String request) {
        call("requesting a checkpoint", () -> {
            curator.delete().quietly().forPath(checkpointReplyPath);
            return curator.create()
                    .orSetData()
                    .creatingParentsIfNeeded()
                    .forPath(checkpointPath, request.getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Takes the request for a checkpoint. Of several callers, one gets it. */
    public Optional<String> takeCheckpointRequest() {
        return call("taking the request for a checkpoint", () -> {
            byte[] request = readIfPresent(checkpointPath);
            if (request == null) {
                return Optional.empty();
            }
            try {
                curator.delete().forPath(checkpointPath);
            } catch (KeeperException.NoNodeException e) {
                return Optional.empty();
            }
            return Optional.of(new String(request, StandardCharsets.UTF_8));
        });
    }

    public void replyToCheckpoint(String reply) {
        call("replying to the request for a checkpoint", () -> curator.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(checkpointReplyPath, reply.getBytes(StandardCharsets.UTF_8)));
    }

    /** The reply to the last request for a checkpoint, once there is one. */
    public Optional<String> checkpointReply() {
        return call("waiting for a checkpoint", () -> Optional.ofNullable(readIfPresent(checkpointReplyPath))
                .map(reply -> new String(reply, StandardCharsets.UTF_8)));
    }

    /** The settings that were submitted last, without secrets; empty before the first submission. */
    public Optional<String> submittedSettings() {
        return call("looking up " + settingsPath, () -> Optional.ofNullable(readIfPresent(settingsPath))
                .map(settings -> new String(settings, StandardCharsets.UTF_8)));
    }

    /** @param settings without secrets */
    public void keepSubmittedSettings(String settings) {
        call("keeping the submitted settings", () -> curator.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(settingsPath, settings.getBytes(StandardCharsets.UTF_8)));
    }

    /** The rules of the join that were submitted, oldest first; empty if no submission has kept any. */
    public List<SubmittedRules> submittedRules(Instant now) {
        return call("looking up the rules that were submitted", () -> rules.read(lastRules(), now.toEpochMilli()));
    }

    /**
     * Keeps the rules of a submission beside the former ones. To be called while no topology works on the group, and
     * before one is submitted.
     */
    public void keepSubmittedRules(JoinRules submitted, Instant now) {
        call("keeping the submitted rules", () -> {
            access.restrict();
            rules.keep(submitted, lastRules(), now.toEpochMilli());
            return null;
        });
    }

    private Optional<JoinRules> lastRules() {
        return submittedSettings().map(JoinRules::ofFlat);
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
        byte[] owner = readIfPresent(ownerPath);
        return owner == null ? null : new String(owner, StandardCharsets.UTF_8);
    }

    private byte[] readIfPresent(String path) throws Exception {
        try {
            return curator.getData().forPath(path);
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
                access.restrict();
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
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ZooKeeperUnavailableException(action + " failed: ZooKeeper says " + e, e);
        }
    }

    @Override
    public void close() {
        curator.close();
    }
}
