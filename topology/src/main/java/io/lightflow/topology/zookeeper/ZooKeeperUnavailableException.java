package io.lightflow.topology.zookeeper;

/** ZooKeeper did not answer, or refused. The same call may succeed later. */
public final class ZooKeeperUnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ZooKeeperUnavailableException(String message, Exception cause) {
        super(message, cause);
    }
}
