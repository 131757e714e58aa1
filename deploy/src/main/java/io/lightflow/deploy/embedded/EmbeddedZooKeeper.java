package io.lightflow.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.zookeeper.server.ContainerManager;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.RequestProcessor;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;

/**
 * One ZooKeeper server on loopback, durable in its directory: a restart keeps its nodes and its port.
 *
 * <p>Like any ZooKeeper, it forces transactions to disk before it responds. The admin server is off; the four-letter
 * words {@code ruok} and {@code srvr} work. Old snapshots are deleted once an hour.
 *
 * <p>Nothing starts before {@link #start()}. Thread-safe; start and close exclude each other.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
    private static final String LISTENER = "client";
    private static final String HOST = "127.0.0.1:";
    private static final int TICK_MS = 2_000;
    private static final int CONNECTIONS_PER_CLIENT = 1_000;
    private static final int BACKLOG = 100;
    private static final Duration PORT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PORT_PAUSE = Duration.ofMillis(50);
    private static final int SNAPSHOTS_KEPT = 3;
    private static final int PURGE_INTERVAL_HOURS = 1;
    private static final String FOUR_LETTER_WORDS = "zookeeper.4lw.commands.whitelist";

    private final Path path;
    private final int wantedPort;
    private ServerDirectory directory;
    private FileTxnSnapLog log;
    private ServerCnxnFactory connections;
    private ContainerManager containers;
    private DatadirCleanupManager cleanup;
    private int port;

    /** A server in the directory, on its previous port or a free one. */
    public EmbeddedZooKeeper(Path directory) {
        this(directory, 0);
    }

    /** @param port port on 127.0.0.1; 0 for the directory's previous port or a free one */
    public EmbeddedZooKeeper(Path directory, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        }
        this.path = Objects.requireNonNull(directory, "directory");
        this.wantedPort = port;
    }

    /** Host and port of a server in this directory that another process runs; empty if none does. */
    public static Optional<String> connectStringOfRunning(Path directory) {
        return ServerDirectory.portInUse(directory, LISTENER).map(port -> HOST + port);
    }

    /**
     * Starts the server. Returns when clients can connect, in less than a second.
     *
     * @throws IllegalStateException if it already runs, or its directory or port is in use
     */
    public synchronized void start() {
        if (directory != null) {
            throw new IllegalStateException("Starting ZooKeeper in " + path + " failed: it already runs.");
        }
        directory = ServerDirectory.open("ZooKeeper", path);
        try {
            port = directory.port(LISTENER, wantedPort);
            startServer();
        } catch (IOException e) {
            UncheckedIOException failure =
                    new UncheckedIOException("Starting ZooKeeper in " + path + " on port " + port + " failed", e);
            closeAfter(failure);
            throw failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            IllegalStateException failure =
                    new IllegalStateException("Interrupted while starting ZooKeeper in " + path, e);
            closeAfter(failure);
            throw failure;
        } catch (RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private void startServer() throws IOException, InterruptedException {
        if (System.getProperty(FOUR_LETTER_WORDS) == null) {
            System.setProperty(FOUR_LETTER_WORDS, "ruok,srvr");
        }
        Path data = directory.resolve("data");
        log = new FileTxnSnapLog(data.toFile(), data.toFile());
        Server server = new Server(log);
        listen();
        connections.startup(server);
        containers = new ContainerManager(
                server.getZKDatabase(), server.processor(), (int) TimeUnit.MINUTES.toMillis(1), 10_000);
        containers.start();
        cleanup = new DatadirCleanupManager(data.toFile(), data.toFile(), SNAPSHOTS_KEPT, PURGE_INTERVAL_HOURS);
        cleanup.start();
    }

    /** Another process that looks for a free port holds this one for a moment. */
    private void listen() throws IOException {
        long deadline = System.nanoTime() + PORT_TIMEOUT.toNanos();
        while (true) {
            connections = new NIOServerCnxnFactory();
            try {
                connections.configure(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        CONNECTIONS_PER_CLIENT,
                        BACKLOG,
                        false);
                return;
            } catch (BindException e) {
                connections.shutdown();
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PORT_PAUSE.toNanos());
            }
        }
    }

    /** Exposes the request processor, which deletes empty container nodes. */
    private static final class Server extends ZooKeeperServer {
        Server(FileTxnSnapLog log) {
            super(log, TICK_MS, "");
        }

        RequestProcessor processor() {
            return firstProcessor;
        }
    }

    /** Host and port in the format of ZooKeeper clients. */
    public synchronized String connectString() {
        return HOST + port();
    }

    public synchronized int port() {
        if (directory == null) {
            throw new IllegalStateException("ZooKeeper in " + path + " is not running: call start() first.");
        }
        return port;
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops the server if it runs. It can be restarted. */
    @Override
    public synchronized void close() {
        if (directory == null) {
            return;
        }
        try {
            if (cleanup != null) {
                cleanup.shutdown();
            }
            if (containers != null) {
                containers.stop();
            }
            if (connections != null) {
                connections.shutdown();
                connections.join();
            }
            if (log != null) {
                log.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Closing the log of ZooKeeper in " + path + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            cleanup = null;
            containers = null;
            connections = null;
            log = null;
            directory.close();
            directory = null;
        }
    }
}
