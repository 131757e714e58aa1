package io.lightflow.capture.http;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** The open connections of a listener: their limit, the end of idle ones, and their end with the server. */
final class OpenConnections {
    private static final long POLL_NANOS = 2_000_000;

    private final Map<Channel, Connection> connections = new ConcurrentHashMap<>();
    private final int max;
    private final long idleNanos;
    private volatile boolean draining;

    OpenConnections(int max, Duration idleTimeout) {
        this.max = max;
        this.idleNanos = idleTimeout.toNanos();
    }

    /** Whether there is room for another connection. */
    boolean admit(Channel channel) {
        if (connections.size() >= max) {
            return false;
        }
        connections.put(channel, new Connection(channel));
        channel.closeFuture().addListener(closed -> connections.remove(channel));
        return true;
    }

    Connection of(Channel channel) {
        return connections.get(channel);
    }

    /** Whether responses end their connections. */
    boolean isDraining() {
        return draining;
    }

    /** Closes connections on which no whole request has arrived for a time. */
    void sweep() {
        for (Connection connection : connections.values()) {
            if (connection.isIdleLongerThan(idleNanos)) {
                connection.channel().close();
            }
        }
    }

    /** From now on, each response ends its connection. */
    void beginDraining() {
        draining = true;
    }

    /** Closes idle connections, and the others after their responses; all of them at the timeout. */
    void drain(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Connection connection : connections.values()) {
            if (connection.isHttp2()) {
                // Says GOAWAY, and ends after the last stream.
                connection.channel().close();
            }
        }
        while (!connections.isEmpty() && System.nanoTime() - deadline < 0) {
            for (Connection connection : connections.values()) {
                if (!connection.isHttp2()) {
                    closeIfIdle(connection);
                }
            }
            LockSupport.parkNanos(this, POLL_NANOS);
        }
        connections.keySet().forEach(Channel::close);
    }

    /** On the thread of the channel, so that no request begins in between. */
    private static void closeIfIdle(Connection connection) {
        connection.channel().eventLoop().execute(() -> {
            if (connection.isIdle()) {
                connection.channel().close();
            }
        });
    }
}
