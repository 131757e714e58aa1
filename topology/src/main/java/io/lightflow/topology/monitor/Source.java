package io.lightflow.topology.monitor;

import io.lightflow.topology.loop.OutageLog;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that is looked at again and again, by one thread. While the servers behind it are unavailable, the last
 * look stays. An outage logs one WARN at its start and one INFO at its end.
 */
final class Source<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Source.class);

    private final String name;
    private final Opener<T> opener;
    private volatile T last;
    private volatile boolean reachable;
    private volatile boolean looked;
    private final AtomicLong failures = new AtomicLong();
    private final OutageLog outage;
    /** Null until it can be opened. */
    private Connection<T> connection;

    /** Connections that answer what is asked. */
    interface Connection<T> extends AutoCloseable {
        T look();

        @Override
        void close();
    }

    interface Opener<T> {
        Connection<T> open();
    }

    Source(String name, Opener<T> opener) {
        this.name = name;
        this.opener = opener;
        this.outage = new OutageLog(LOG, name + " can be monitored again");
    }

    /** Looks, and remembers the answer or that there was none. */
    void look() {
        try {
            if (connection == null) {
                connection = opener.open();
            }
            last = connection.look();
            reachable = true;
            outage.works();
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            reachable = false;
            failures.incrementAndGet();
            outage.failed(name + " cannot be monitored now: " + e.getMessage());
        }
        looked = true;
    }

    String name() {
        return name;
    }

    /** The last answer; null before the first one. */
    T last() {
        return last;
    }

    /** How many looks had no answer. One that ended between two scrapes shows only here. */
    long failures() {
        return failures.get();
    }

    /** Whether a first look has ended. */
    boolean hasLooked() {
        return looked;
    }

    /** Whether the last look had an answer. */
    boolean isReachable() {
        return reachable;
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
        }
    }
}
