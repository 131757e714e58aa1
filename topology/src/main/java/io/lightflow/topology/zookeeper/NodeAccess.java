package io.lightflow.topology.zookeeper;

import io.lightflow.topology.settings.ZooKeeperSection;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;

/**
 * Restricts the nodes of a group to its user. Nodes that were created without credentials stay open to everybody until
 * then. Does nothing without credentials. Used by one thread at a time.
 */
final class NodeAccess {
    private final CuratorFramework curator;
    private final boolean hasCredentials;
    private final List<String> paths;
    private boolean done;

    /** @param paths permanent nodes, from the top */
    NodeAccess(CuratorFramework curator, ZooKeeperSection settings, List<String> paths) {
        this.curator = curator;
        this.hasCredentials = settings.user() != null;
        this.paths = List.copyOf(paths);
    }

    /** Creates the nodes that are missing, and restricts those that exist. */
    void restrict() throws Exception {
        if (done || !hasCredentials) {
            return;
        }
        for (String path : paths) {
            try {
                curator.create().creatingParentsIfNeeded().forPath(path, new byte[0]);
            } catch (KeeperException.NodeExistsException e) {
                // Fails without a change if the node belongs to another user.
                curator.setACL().withACL(Ids.CREATOR_ALL_ACL).forPath(path);
            }
        }
        done = true;
    }
}
