package io.lightflow.topology.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands before a server. It cuts off clients, and the server still considers them connected. */
final class SilentProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int serverPort;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    /** Each client's socket with the server's. */
    private final Map<Socket, Socket> links = new ConcurrentHashMap<>();

    SilentProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Resets the connections of all present clients. */
    void cut() throws IOException {
        for (Socket client : links.keySet()) {
            client.setSoLinger(true, 0);
            client.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                links.put(client, server);
                threads.execute(() -> pump(client, server));
                threads.execute(() -> pump(server, client));
            } catch (IOException e) {
                // The listener was closed.
                return;
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[64 * 1024];
            for (int count = in.read(bytes); count > 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
            }
        } catch (IOException e) {
            // One side was closed; the other stays open.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Map.Entry<Socket, Socket> link : links.entrySet()) {
            link.getKey().close();
            link.getValue().close();
        }
        threads.shutdownNow();
    }
}
