package io.lightflow.service.access;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs requests with wrong credentials: one line for each address and interval, so that guessing cannot fill the log.
 * The line holds nothing that the client sent, because people also type passwords into the field of the user.
 * Thread-safe.
 */
public final class FailedLogins {
    static final Duration INTERVAL = Duration.ofMinutes(1);
    static final int MAX_SOURCES = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    /** Addresses that arrive while there are too many share one line. */
    private static final String OTHERS = "further addresses";

    private final String server;
    private final LongSupplier nanoTime;
    private final Map<String, Failures> bySource = new HashMap<>();

    private static final class Failures {
        private long loggedAt;
        private long unlogged;
    }

    /** @param server the server's name in the line, such as "the schema registry" */
    public FailedLogins(String server) {
        this(server, System::nanoTime);
    }

    FailedLogins(String server, LongSupplier nanoTime) {
        this.server = server;
        this.nanoTime = nanoTime;
    }

    /** @param address the client's address */
    public void record(String address) {
        line(address).ifPresent(LOG::warn);
    }

    /** The line to log; empty if there was one lately. */
    synchronized Optional<String> line(String address) {
        long now = nanoTime.getAsLong();
        String source = bySource.containsKey(address) || hasRoom(now) ? address : OTHERS;
        Failures failures = bySource.get(source);
        if (failures != null && !isOver(failures, now)) {
            failures.unlogged++;
            return Optional.empty();
        }
        if (failures == null) {
            failures = new Failures();
            bySource.put(source, failures);
        }
        String line = "A request to " + server + " from " + source + " had wrong credentials"
                + (failures.unlogged == 0 ? "" : ", as had " + failures.unlogged + " since the last line about it");
        failures.loggedAt = now;
        failures.unlogged = 0;
        return Optional.of(line);
    }

    private boolean hasRoom(long now) {
        if (bySource.size() >= MAX_SOURCES) {
            bySource.values().removeIf(failures -> isOver(failures, now));
        }
        return bySource.size() < MAX_SOURCES;
    }

    private static boolean isOver(Failures failures, long now) {
        return now - failures.loggedAt >= INTERVAL.toNanos();
    }
}
