package io.lightflow.archive.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** Stands before a server, and drops the response to one request: the server has done it, and nobody is told. */
public final class DroppingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int serverPort;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    /** Part of the request whose response is dropped; null for none. */
    private final AtomicReference<String> dropped = new AtomicReference<>();

    public DroppingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Drops the response to the next request that contains this text, with its connection. */
    public void dropResponseTo(String text) {
        dropped.set(text);
    }

    /** Whether the response was dropped. */
    public boolean hasDropped() {
        return dropped.get() == null;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                Link link = new Link(client, server);
                threads.execute(link::requests);
                threads.execute(link::responses);
            } catch (IOException e) {
                // The listener was closed.
                return;
            }
        }
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean dropping;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void requests() {
            copy(client, server, bytes -> {
                String text = dropped.get();
                if (text != null && new String(bytes, StandardCharsets.ISO_8859_1).contains(text)) {
                    dropping = true;
                    dropped.set(null);
                }
                return true;
            });
        }

        void responses() {
            copy(server, client, bytes -> !dropping);
        }

        private void copy(Socket from, Socket to, Gate gate) {
            byte[] buffer = new byte[1 << 16];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    if (!gate.lets(java.util.Arrays.copyOf(buffer, length))) {
                        return;
                    }
                    out.write(buffer, 0, length);
                }
            } catch (IOException e) {
                // The other direction has closed the connection.
            }
        }
    }

    /** Sees the bytes before they are passed on. */
    @FunctionalInterface
    private interface Gate {
        boolean lets(byte[] bytes);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
