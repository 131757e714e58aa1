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
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A server's directory, locked by one owner at a time, with the ports that were chosen at its first start.
 *
 * <p>Chosen ports are stored, so that settings with them stay valid after a restart. They are below the range of
 * ephemeral ports, so a stored port is free at the next start. A cluster of processes on this machine chooses from
 * another range, since its processes bind their ports long after the choice.
 */
final class ServerDirectory implements AutoCloseable {
    private static final String LOCK = "owner.lock";
    private static final String PORTS = "ports.properties";
    private static final int MIN_PORT = 10_000;
    private static final int MAX_PORT = 24_999;
    private static final int ATTEMPTS = 200;
    private static final Set<Integer> ASSIGNED = ConcurrentHashMap.newKeySet();

    private final String server;
    private final Path directory;
    private final Path portFile;
    private final FileChannel channel;
    private final FileLock lock;

    private ServerDirectory(String server, Path directory, FileChannel channel, FileLock lock) {
        this.server = server;
        this.directory = directory;
        this.portFile = directory.resolve(PORTS);
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Creates the directory unless it exists, and locks it.
     *
     * @throws IllegalStateException if another server, in this or another process, holds the lock
     */
    static ServerDirectory open(String server, Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            FileChannel channel =
                    FileChannel.open(absolute.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("Starting " + server + " in " + absolute
                        + " failed: another running server uses this directory. Stop it, or choose another directory.");
            }
            return new ServerDirectory(server, absolute, channel, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("Opening the directory " + absolute + " for " + server + " failed", e);
        }
    }

    /** The port of the named listener, if a running server of another process uses the directory. */
    static Optional<Integer> portInUse(Path directory, String listener) {
        Path file = directory.resolve(LOCK);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = tryLock(channel)) {
            return lock != null
                    ? Optional.empty()
                    : Optional.ofNullable(readPorts("the server", directory.resolve(PORTS))
                                    .getProperty(listener))
                            .map(Integer::valueOf);
        } catch (IOException e) {
            throw new UncheckedIOException("Opening " + file + " failed", e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this JVM holds it
        }
    }

    Path path() {
        return directory;
    }

    Path resolve(String child) {
        return directory.resolve(child);
    }

    /**
     * The port of the named listener: the requested one, otherwise the stored one, otherwise a free one. It is stored.
     *
     * @param wanted a port, or 0 for the stored or a free one
     * @throws IllegalStateException if another program listens there
     */
    int port(String listener, int wanted) {
        Properties ports = readPorts(server, portFile);
        String remembered = ports.getProperty(listener);
        if (wanted == 0 && remembered == null) {
            return remember(ports, listener, freePort());
        }
        int port = wanted != 0 ? wanted : Integer.parseInt(remembered);
        if (!isFree(port)) {
            throw new IllegalStateException("Starting " + server + " failed: its " + listener + " port " + port
                    + " on 127.0.0.1 is in use by another program. Stop that program, "
                    + (wanted != 0 ? "or choose another port." : "or delete " + portFile + " to choose a new one."));
        }
        return remember(ports, listener, port);
    }

    private static Properties readPorts(String server, Path portFile) {
        Properties ports = new Properties();
        if (Files.exists(portFile)) {
            try (Reader in = Files.newBufferedReader(portFile)) {
                ports.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException("Reading the ports of " + server + " from " + portFile + " failed", e);
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
            throw new UncheckedIOException("Writing the ports of " + server + " to " + portFile + " failed", e);
        }
        return port;
    }

    private int freePort() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(MIN_PORT, MAX_PORT + 1);
            if (isFree(port) && ASSIGNED.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("Starting " + server + " failed: found no free port on 127.0.0.1 from "
                + MIN_PORT + " to " + MAX_PORT + " in " + ATTEMPTS + " attempts.");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // the port is in use
        }
    }

    /** Releases the directory; the data stays. */
    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Releasing " + directory + " failed", e);
        }
    }
}
