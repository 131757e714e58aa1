package io.lightflow.deploy.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A server's directory, locked for one owner at a time, with the ports that the server was given when it first started.
 *
 * <p>Chosen ports are remembered, so that settings that name them stay true over a restart. They lie below the range
 * from which operating systems take the local ports of outgoing connections: a remembered port is free again at the
 * next start.
 */
final class ServerDirectory implements AutoCloseable {
    private static final int LOWEST_PORT = 15_000;
    private static final int HIGHEST_PORT = 31_999;
    private static final int ATTEMPTS = 200;
    private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

    private final String server;
    private final Path directory;
    private final Path portFile;
    private final FileChannel channel;
    private final FileLock lock;

    private ServerDirectory(String server, Path directory, FileChannel channel, FileLock lock) {
        this.server = server;
        this.directory = directory;
        this.portFile = directory.resolve("ports.properties");
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is absent, and locks it.
     *
     * @throws IllegalStateException when another server, here or in another process, holds it
     */
    static ServerDirectory open(String server, Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            FileChannel channel = FileChannel.open(
                    absolute.resolve("owner.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("Cannot start " + server + " in " + absolute
                        + ": another running server uses this directory. Stop it, or choose another directory.");
            }
            return new ServerDirectory(server, absolute, channel, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open the directory " + absolute + " for " + server, e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very JVM
        }
    }

    Path path() {
        return directory;
    }

    Path resolve(String child) {
        return directory.resolve(child);
    }

    /**
     * The port for the listener of that name: the wanted one, else the remembered one, else a free one. It is
     * remembered.
     *
     * @param wanted a port, or 0 for the remembered or a free one
     * @throws IllegalStateException when something else listens there
     */
    int port(String listener, int wanted) {
        Properties ports = readPorts();
        String remembered = ports.getProperty(listener);
        if (wanted == 0 && remembered == null) {
            return remember(ports, listener, freePort());
        }
        int port = wanted != 0 ? wanted : Integer.parseInt(remembered);
        if (!isFree(port)) {
            throw new IllegalStateException("Cannot start " + server + ": its " + listener + " port " + port
                    + " on 127.0.0.1 is in use by something else. Stop that, "
                    + (wanted != 0
                            ? "or choose another port."
                            : "or delete " + portFile + " to have one chosen anew."));
        }
        return remember(ports, listener, port);
    }

    private Properties readPorts() {
        Properties ports = new Properties();
        if (Files.exists(portFile)) {
            try (Reader in = Files.newBufferedReader(portFile)) {
                ports.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read the ports of " + server + " from " + portFile, e);
            }
        }
        return ports;
    }

    private int remember(Properties ports, String listener, int port) {
        if (Integer.toString(port).equals(ports.getProperty(listener))) {
            return port;
        }
        ports.setProperty(listener, Integer.toString(port));
        Path fresh = directory.resolve("ports.properties.new");
        try {
            try (Writer out = Files.newBufferedWriter(fresh)) {
                ports.store(out, "Ports of " + server);
            }
            Files.move(fresh, portFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the ports of " + server + " to " + portFile, e);
        }
        return port;
    }

    private int freePort() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT + 1);
            if (isFree(port) && HANDED_OUT.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("Cannot start " + server + ": found no free port on 127.0.0.1 from "
                + LOWEST_PORT + " to " + HIGHEST_PORT + " in " + ATTEMPTS + " attempts.");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // that it cannot be bound is the answer
        }
    }

    /** Gives the directory up; the data stays. */
    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot release " + directory, e);
        }
    }
}
