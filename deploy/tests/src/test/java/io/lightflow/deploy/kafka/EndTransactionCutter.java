package io.lightflow.deploy.kafka;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Stands between clients and a broker, and cuts them off at the very request that ends a transaction: before the broker
 * hears of it, or before the client hears what became of it. From then on nobody gets through, until it is mended.
 */
final class EndTransactionCutter implements AutoCloseable {
    /** Number of the request EndTxn in Kafka's protocol. */
    private static final short END_TRANSACTION = 26;

    /** Where the line is cut. */
    enum Cut {
        NOWHERE,
        BEFORE_THE_BROKER_HEARS,
        BEFORE_THE_CLIENT_HEARS
    }

    private final ServerSocket server;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile int brokerPort;
    private volatile Cut cut = Cut.NOWHERE;
    private volatile boolean down;

    EndTransactionCutter() throws IOException {
        server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    int port() {
        return server.getLocalPort();
    }

    /** The broker need not be there yet. Returns its port again. */
    int start(int toBrokerPort) {
        brokerPort = toBrokerPort;
        thread("accept", this::accept);
        return toBrokerPort;
    }

    void cutAt(Cut next) {
        cut = next;
    }

    boolean isDown() {
        return down;
    }

    void mend() {
        cut = Cut.NOWHERE;
        down = false;
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket client = server.accept();
            Socket broker = down ? null : connect();
            if (broker == null) {
                client.close();
                continue;
            }
            open.add(client);
            open.add(broker);
            thread("requests", () -> carryRequests(client, broker));
            thread("answers", () -> carryAnswers(broker, client));
        }
    }

    private Socket connect() {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), brokerPort);
        } catch (IOException e) {
            // The broker is not there; the client may try again.
            return null;
        }
    }

    private void carryRequests(Socket client, Socket broker) throws IOException {
        try (client;
                broker) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(broker.getOutputStream());
            while (true) {
                byte[] request = in.readNBytes(in.readInt());
                boolean ends = (short) (request[0] << 8 | request[1] & 0xff) == END_TRANSACTION;
                if (ends && cut == Cut.BEFORE_THE_BROKER_HEARS) {
                    cutAll();
                    return;
                }
                if (ends && cut == Cut.BEFORE_THE_CLIENT_HEARS) {
                    down = true;
                }
                out.writeInt(request.length);
                out.write(request);
                out.flush();
            }
        }
    }

    private void carryAnswers(Socket broker, Socket client) throws IOException {
        try (broker;
                client) {
            DataInputStream in = new DataInputStream(broker.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            while (true) {
                byte[] answer = in.readNBytes(in.readInt());
                if (down) {
                    // The broker has ended the transaction; nobody will be told.
                    cutAll();
                    return;
                }
                out.writeInt(answer.length);
                out.write(answer);
                out.flush();
            }
        }
    }

    private void cutAll() {
        down = true;
        open.forEach(this::closeQuietly);
        open.clear();
    }

    private void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            failures.add(e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void thread(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One of the two has hung up, or the line was cut: there is nothing left to carry.
                        return;
                    }
                },
                "cutter-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cutAll();
        if (!failures.isEmpty()) {
            throw new IOException("sockets could not be closed: " + failures);
        }
    }
}
