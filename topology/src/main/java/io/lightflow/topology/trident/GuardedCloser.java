package io.lightflow.topology.trident;

import io.lightflow.topology.loop.StoppedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a resource once, and only when no thread works in it. Storm interrupts the thread of a component, waits for a
 * tenth of a second, and closes the component from another thread, even if the first still works. Kafka's consumers and
 * RocksDB do not survive that. Thread-safe.
 */
final class GuardedCloser implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedCloser.class);

    private final ReentrantLock atWork = new ReentrantLock();
    private final String what;
    private final Runnable close;
    private final Duration timeout;
    private volatile boolean closing;
    /** Set once {@link #close} has given up waiting. */
    private volatile boolean leftToWorker;
    /** Guarded by the lock. */
    private boolean closed;

    /**
     * @param what what is closed, for the log
     * @param close closes it
     * @param timeout how long {@link #close} waits for work to end
     */
    GuardedCloser(String what, Runnable close, Duration timeout) {
        this.what = what;
        this.close = close;
        this.timeout = timeout;
    }

    /**
     * Works. If {@link #close} gives up waiting meanwhile, the resource is closed afterwards.
     *
     * @throws StoppedException if it is closed already, or if the work fails in a thread that is interrupted: a channel
     *     that the interruption has closed would otherwise look like an error of the worker
     */
    void work(Runnable work) {
        atWork.lock();
        try {
            if (closing) {
                throw new StoppedException(what + " is closed");
            }
            work.run();
        } catch (RuntimeException e) {
            throw Thread.currentThread().isInterrupted() ? stopped(e) : e;
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

    private StoppedException stopped(RuntimeException failure) {
        if (failure instanceof StoppedException already) {
            return already;
        }
        StoppedException stopped = new StoppedException(what + " was interrupted at work");
        stopped.addSuppressed(failure);
        return stopped;
    }

    /**
     * Waits for work to end, within the timeout. After it, the working thread closes the resource when it is done.
     * Never fails.
     */
    @Override
    public void close() {
        closing = true;
        boolean ended = false;
        try {
            ended = atWork.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            leftToWorker = true;
            // The work may have ended just before it could see that.
            if (!atWork.tryLock()) {
                LOG.warn("{} still works, and closes when it is done", what);
                return;
            }
        }
        try {
            closeOnce();
        } finally {
            atWork.unlock();
        }
    }

    /** A failure here would prevent Storm from closing the rest of the worker. */
    private void closeOnce() {
        if (closed) {
            return;
        }
        closed = true;
        // A thread that was interrupted at work still closes undisturbed.
        boolean interrupted = Thread.interrupted();
        try {
            close.run();
        } catch (RuntimeException e) {
            LOG.warn("{} failed to close", what, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
