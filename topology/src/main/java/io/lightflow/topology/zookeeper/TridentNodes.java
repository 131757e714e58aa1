package io.lightflow.topology.zookeeper;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;

/**
 * Reads what the topology keeps in the nodes of Trident: the first txid that is not reserved, and the offsets in flight
 * of each task.
 */
public final class TridentNodes implements AutoCloseable {
    private static final String ROOT = "/transactional";

    private final CuratorFramework curator;
    private final String base;

    /** @param root Storm's {@code transactional.zookeeper.root}; null for its default */
    public TridentNodes(GroupSettings settings, TopologyDescriptor topology, String root) {
        this.curator = ZooKeeperClients.create(settings, new RetryOneTime(500));
        this.base = (root == null ? ROOT : root) + "/" + topology.transactionId(settings.group());
        curator.start();
    }

    /** Contents of the nodes by path, without the common prefix; empty if there are none. */
    public Map<String, String> read() {
        Map<String, String> found = new TreeMap<>();
        collect("/coordinator/currtx", found);
        collect("/user", found);
        return found;
    }

    private void collect(String path, Map<String, String> found) {
        try {
            byte[] data = curator.getData().forPath(base + path);
            if (data != null && data.length > 0) {
                found.put(path, new String(data, StandardCharsets.UTF_8));
            }
            for (String child : curator.getChildren().forPath(base + path)) {
                collect(path + "/" + child, found);
            }
        } catch (KeeperException.NoNodeException e) {
            // Wiped, or gone between the two calls: there is nothing to show.
            return;
        } catch (KeeperException.NoAuthException e) {
            found.put(path, "(only Storm's own user may read this node)");
        } catch (Exception e) {
            throw new IllegalStateException("reading " + base + path + " from ZooKeeper failed: " + e, e);
        }
    }

    @Override
    public void close() {
        curator.close();
    }
}
