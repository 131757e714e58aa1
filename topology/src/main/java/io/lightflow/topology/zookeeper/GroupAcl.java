package io.lightflow.topology.zookeeper;

import java.util.ArrayList;
import java.util.List;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;

/**
 * Only the group's user may read and change the nodes of the group. Other groups may add theirs beside them, so anybody
 * may list the nodes above, and create children there.
 */
final class GroupAcl implements ACLProvider {
    private static final List<ACL> SHARED = new ArrayList<>(Ids.CREATOR_ALL_ACL);

    static {
        SHARED.add(new ACL(Perms.READ | Perms.CREATE, Ids.ANYONE_ID_UNSAFE));
    }

    private final String root;

    /** @param root the node above those of the groups */
    GroupAcl(String root) {
        this.root = root;
    }

    @Override
    public List<ACL> getDefaultAcl() {
        return Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
        return path.startsWith(root + "/") ? Ids.CREATOR_ALL_ACL : SHARED;
    }
}
