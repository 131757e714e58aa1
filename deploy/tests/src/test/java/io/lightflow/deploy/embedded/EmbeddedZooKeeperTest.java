package io.lightflow.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedZooKeeperTest {
    private static final int SESSION_MS = 10_000;

    @TempDir
    Path directory;

    @Test
    @SuppressWarnings("try")
    void aRestartKeepsNodesAndThePort() throws Exception {
        try (EmbeddedZooKeeper server = new EmbeddedZooKeeper(directory)) {
            server.start();
            String connect = server.connectString();
            try (ZooKeeper client = connect(connect)) {
                client.create("/hint", new byte[] {7}, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            server.close();

            server.start();

            assertThat(server.connectString()).isEqualTo(connect);
            try (ZooKeeper client = connect(connect)) {
                assertThat(client.getData("/hint", false, null)).containsExactly(7);
            }
        }
    }

    @Test
    void itAnswersRuok() throws IOException {
        try (EmbeddedZooKeeper server = new EmbeddedZooKeeper(directory)) {
            server.start();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream().write("ruok".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("imok");
            }
        }
    }

    @Test
    void aTakenPortIsAnErrorThatNamesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EmbeddedZooKeeper server = new EmbeddedZooKeeper(directory, taken.getLocalPort())) {
            assertThatThrownBy(server::start)
                    .hasMessageContaining("client port " + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    private static ZooKeeper connect(String connectString) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(connectString, SESSION_MS, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
        return client;
    }
}
