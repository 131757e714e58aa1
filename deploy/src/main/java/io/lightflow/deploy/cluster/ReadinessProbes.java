package io.lightflow.deploy.cluster;

import com.aerospike.client.Info;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** The readiness probes of the cluster's processes. Each takes at most two or three seconds. */
final class ReadinessProbes {
    private static final int TIMEOUT_MS = 2_000;

    private ReadinessProbes() {}

    /** A process accepts connections at that port of the loopback address. */
    static Readiness accepts(int port) {
        return () -> connect(port).close();
    }

    /** ZooKeeper serves requests. */
    static Readiness zooKeeper(int port) {
        return () -> {
            try (Socket socket = connect(port)) {
                socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                if (!answer.contains("Mode:")) {
                    throw new IOException("ZooKeeper on port " + port + " responds: " + answer.strip());
                }
            }
        };
    }

    /** The broker has a controller and is a member of its own cluster. */
    static Readiness kafka(int port) {
        return () -> {
            connect(port).close();
            Map<String, Object> config = Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port,
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS,
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
            try (Admin admin = Admin.create(config)) {
                int nodes = admin.describeCluster()
                        .nodes()
                        .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                        .size();
                if (nodes == 0) {
                    throw new IOException("The broker on port " + port + " has not joined its cluster yet");
                }
            } catch (ExecutionException e) {
                throw new IOException("The broker on port " + port + " does not respond", e.getCause());
            }
        };
    }

    /** The database responds to a query. */
    static Readiness postgres(String jdbcUrl) {
        return () -> {
            try (Connection connection = DriverManager.getConnection(jdbcUrl + "&loginTimeout=2&socketTimeout=2");
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            }
        };
    }

    /** The node has formed its cluster, and accepts writes in its namespace. */
    static Readiness aerospike(int port, String namespace) {
        String cluster = "cluster-stable:ignore-migrations=true";
        String state = "namespace/" + namespace;
        return () -> {
            Map<String, String> answers =
                    Info.request(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), cluster, state);
            if (answers.get(cluster).startsWith("ERROR") || !answers.get(state).contains("stop_writes=false")) {
                throw new IOException("The Aerospike node on port " + port + " responds: " + answers);
            }
        };
    }

    /** The address responds to a GET with 200. */
    static Readiness http(URI address) {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(Duration.ofMillis(TIMEOUT_MS))
                .build();
        return () -> {
            HttpResponse<Void> answer = client.send(
                    HttpRequest.newBuilder(address)
                            .timeout(Duration.ofMillis(TIMEOUT_MS))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            if (answer.statusCode() != 200) {
                throw new IOException(address + " answers " + answer.statusCode());
            }
        };
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
