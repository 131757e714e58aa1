package io.lightflow.lab.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy that can cut off its clients without the server noticing. A connection that either side ends is ended for
 * both. Thread-safe.
 */
public final class CuttableProxy implements AutoCloseable {
    private static final int BACKLOG = 50;

    private final ServerSocket listener;
    private final int target;
    /** Maps the client socket of each connection to its server socket. */
    private final Map<Socket, Socket> connections = new ConcurrentHashMap<>();
    /** Server sockets of cut connections; the server still considers them open. */
    private final Map<Socket, Socket> cutOff = new ConcurrentHashMap<>();

    private volatile boolean open = true;

    /** @param target the server's port on the loopback address */
    public CuttableProxy(int target) throws IOException {
        this(0, target);
    }

    /**
     * @param port port to listen on, on the loopback address; 0 for a free one
     * @param target the server's port on the loopback address
     */
    public CuttableProxy(int port, int target) throws IOException {
        this.listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        this.target = target;
        start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Cuts off all current clients. Later clients get through. */
    public void cut() {
        connections.forEach((client, server) -> {
            if (connections.remove(client, server)) {
                cutOff.put(client, server);
                reset(client);
            }
        });
    }

    /** Cuts off all current clients, and refuses new ones until {@link #open}. */
    public void shut() {
        open = false;
        cut();
    }

    /** Lets clients through again. */
    public void open() {
        open = true;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                // The proxy is closed, or the client has disconnected.
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            connections.put(client, server);
            if (!open) {
                cut();
                return;
            }
            start(() -> pump(client, server, client));
            start(() -> pump(server, client, client));
        } catch (IOException e) {
            // The server is unavailable, so the proxy is unavailable too.
            reset(client);
        }
    }

    private void pump(Socket from, Socket to, Socket client) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[64 * 1024];
            for (int count = in.read(bytes); count > 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
            }
        } catch (IOException e) {
            // One side ended the connection, or it was cut.
        }
        Socket server = connections.remove(client);
        if (server != null) {
            close(client);
            close(server);
        }
    }

    private static void reset(Socket client) {
        try {
            client.setSoLinger(true, 0);
        } catch (IOException e) {
            // It has already ended.
        }
        close(client);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody uses the socket any more.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        connections.keySet().forEach(CuttableProxy::reset);
        connections.values().forEach(CuttableProxy::close);
        cutOff.values().forEach(CuttableProxy::close);
    }
}
