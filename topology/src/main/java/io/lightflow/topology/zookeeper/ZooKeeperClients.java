package io.lightflow.topology.zookeeper;

import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.ZooKeeperSection;
import java.nio.charset.StandardCharsets;
import org.apache.curator.RetryPolicy;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;

/** Creates clients that authenticate themselves with the credentials of the settings. */
final class ZooKeeperClients {
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int CONNECTION_TIMEOUT_MS = 10_000;

    private ZooKeeperClients() {}

    /** A client that is not started. */
    static CuratorFramework create(GroupSettings settings, RetryPolicy retry) {
        ZooKeeperSection zookeeper = settings.zookeeper();
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
                .connectString(zookeeper.connect())
                .sessionTimeoutMs(SESSION_TIMEOUT_MS)
                .connectionTimeoutMs(CONNECTION_TIMEOUT_MS)
                .retryPolicy(retry);
        if (zookeeper.user() != null) {
            byte[] digest = (zookeeper.user() + ":" + zookeeper.password()).getBytes(StandardCharsets.UTF_8);
            builder.authorization("digest", digest).aclProvider(new GroupAcl(zookeeper.root()));
        }
        return builder.build();
    }
}
