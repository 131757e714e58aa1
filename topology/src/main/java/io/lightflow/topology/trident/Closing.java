package io.lightflow.topology.trident;

import io.lightflow.topology.loop.StoppedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes something only when nobody is at work in it, and once. Storm interrupts the thread of a component, waits for a
 * tenth of a second, and closes the component from another thread whether the first has come to its end or not; Kafka's
 * consumers and RocksDB bear no such thing. Thread-safe.
 */
final class Closing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final ReentrantLock atWork = new ReentrantLock();
    private final String what;
    private final Runnable close;
    private final Duration patience;
    private volatile boolean closing;
    /** Set once {@link #close} has given up waiting. */
    private volatile boolean leftToWorker;
    /** Guarded by the lock. */
    private boolean closed;

    /**
     * @param what what is closed, for the log
     * @param close closes it
     * @param patience how long {@link #close} waits for work to end
     */
    Closing(String what, Runnable close, Duration patience) {
        this.what = what;
        this.close = close;
        this.patience = patience;
    }

    /**
     * Works; what is closed meanwhile is closed afterwards.
     *
     * @throws StoppedException if it is closed already
     */
    void work(Runnable work) {
        atWork.lock();
        try {
            if (closing) {
                throw new StoppedException(what + " is closed");
            }
            work.run();
        } finally {
            try {
                if (leftToWorker) {
                    closeOnce();
                }
            } finally {
                atWork.unlock();
            }
        }
    }

    /** Waits for work to end, but not for ever: whoever is still at work then closes when it is done. Never fails. */
    @Override
    public void close() {
        closing = true;
        boolean ended = false;
        try {
            ended = atWork.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            leftToWorker = true;
            // It may have come to its end just before it could see that.
            if (!atWork.tryLock()) {
                LOG.warn("{} is still at work, and is closed when that is done", what);
                return;
            }
        }
        try {
            closeOnce();
        } finally {
            atWork.unlock();
        }
    }

    /** A failure here would keep Storm from closing the rest of the worker. */
    private void closeOnce() {
        if (closed) {
            return;
        }
        closed = true;
        // Who was interrupted at work still closes in peace.
        boolean interrupted = Thread.interrupted();
        try {
            close.run();
        } catch (RuntimeException e) {
            LOG.warn("{} was not closed properly", what, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
