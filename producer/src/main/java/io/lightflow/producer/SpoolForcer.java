package io.lightflow.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Forces a spool to disk for callers that must not block. All events that are added during one {@code fsync} share the
 * next one, which begins {@value #PACE_MICROS} microseconds after the last one or later: each call costs as much
 * processor time as several events. Thread-safe; started once, closed once.
 */
final class SpoolForcer {
    private static final long PACE_MICROS = 1_000;

    private record Waiting(long position, CompletableFuture<Void> forced) {}

    private final Spool spool;
    private final Runnable onForced;
    private final Thread thread = new Thread(this::run, "lightflow-producer-fsync");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Waiting> waiting = new ArrayList<>();
    private boolean closing;

    /** @param onForced runs when a group is on disk, before its calls complete */
    SpoolForcer(Spool spool, Runnable onForced) {
        this.spool = spool;
        this.onForced = onForced;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Completes when everything before the position is on disk; fails with the {@link IOException}. */
    CompletableFuture<Void> force(long position) {
        CompletableFuture<Void> forced = new CompletableFuture<>();
        lock.lock();
        try {
            waiting.add(new Waiting(position, forced));
            if (waiting.size() == 1) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        return forced;
    }

    private void run() {
        for (List<Waiting> group = next(); !group.isEmpty(); group = next()) {
            long end = group.stream().mapToLong(Waiting::position).max().orElseThrow();
            long begun = System.nanoTime();
            try {
                spool.force(end);
                onForced.run();
                group.forEach(one -> one.forced.complete(null));
            } catch (IOException e) {
                group.forEach(one -> one.forced.completeExceptionally(e));
            }
            LockSupport.parkNanos(this, begun + TimeUnit.MICROSECONDS.toNanos(PACE_MICROS) - System.nanoTime());
        }
    }

    /** Waits for the next group; an empty one is the end. */
    private List<Waiting> next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
            List<Waiting> group = waiting;
            waiting = new ArrayList<>(group.size());
            return group;
        } finally {
            lock.unlock();
        }
    }

    /** Forces what is waiting, and ends. No event may be appended any more. */
    void close() {
        lock.lock();
        try {
            closing = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
