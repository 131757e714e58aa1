package io.lightflow.topology.eventlog;

import io.lightflow.topology.loop.OutageLog;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals full segments, merges indexes and drops old ones, in the background of a log. Everything that it does may be
 * interrupted by a crash, and is repeated then.
 */
final class LogMaintenance {
    private static final Logger LOG = LoggerFactory.getLogger(LogMaintenance.class);
    private static final long IDLE_SECONDS = 10;
    private static final long CLOSE_TIMEOUT_SECONDS = 60;

    private final OutageLog outage;
    private final EventLogSettings settings;
    private final Views views;
    /** Held while files other than the active segment are created or deleted. */
    private final ReentrantLock files = new ReentrantLock();

    private final ExecutorService thread;
    private volatile boolean closed;

    /** The view of the log that readers get. */
    interface Views {
        LogView current();

        void update(UnaryOperator<LogView> change);
    }

    LogMaintenance(EventLogSettings settings, Views views) {
        this.settings = settings;
        this.outage = new OutageLog(LOG, "Segments of the event log in " + settings.directory() + " are sealed again");
        this.views = views;
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread created = new Thread(task, "lightflow-event-log");
                    created.setDaemon(true);
                    return created;
                });
        executor.allowCoreThreadTimeOut(true);
        thread = executor;
    }

    /** Seals and merges in the background. A failure leaves everything in memory; the next call tries again. */
    void begin() {
        thread.execute(() -> {
            try {
                sealAll();
                mergeAll();
                outage.works();
            } catch (IndexFiles.AbandonedException e) {
                LOG.debug("The event log in {} closes", settings.directory());
            } catch (IOException | RuntimeException e) {
                outage.failed(
                        "Cannot seal segments of the event log in " + settings.directory()
                                + "; they stay in memory until the next try",
                        e);
            }
        });
    }

    /** Seals the segments that are full. */
    void sealAll() throws IOException {
        while (!closed) {
            files.lock();
            try {
                OpenSegment oldest = views.current().open().get(0);
                if (!oldest.isEnded()) {
                    return;
                }
                SealedIndex index = IndexFiles.seal(settings.directory(), oldest);
                views.update(view -> view.withSealed(index));
            } finally {
                files.unlock();
            }
        }
    }

    private void mergeAll() throws IOException {
        while (!closed) {
            files.lock();
            try {
                List<SealedIndex> inputs = IndexFiles.mergeable(views.current().sealed(), settings);
                if (inputs.isEmpty()) {
                    return;
                }
                SealedIndex merged = IndexFiles.merge(settings.directory(), inputs, () -> closed);
                views.update(view -> view.withMerged(inputs, merged));
                for (SealedIndex input : inputs) {
                    input.drop();
                }
            } finally {
                files.unlock();
            }
        }
    }

    /** Drops what has not been written to for the retention, unless the files are being worked on. */
    void drop(long nowMs) throws IOException {
        if (!isDropDue(nowMs) || !files.tryLock()) {
            return;
        }
        try {
            while (isDropDue(nowMs)) {
                LogView view = views.current();
                SealedIndex oldest = view.sealed().get(0);
                views.update(current -> current.without(oldest));
                IndexHead head = oldest.head();
                oldest.drop();
                for (long number = head.firstSegment(); number <= head.lastSegment(); number++) {
                    view.files().get(number).drop();
                }
            }
        } finally {
            files.unlock();
        }
    }

    private boolean isDropDue(long nowMs) {
        List<SealedIndex> sealed = views.current().sealed();
        return !sealed.isEmpty()
                && nowMs - sealed.get(0).head().endedMs()
                        >= settings.retention().toMillis();
    }

    /** Does some work while no file but the active segment is created, changed or deleted. */
    void whileFilesStay(FileWork work) throws IOException {
        files.lock();
        try {
            work.run(views.current());
        } finally {
            files.unlock();
        }
    }

    /** Work on the files of a view. */
    @FunctionalInterface
    interface FileWork {
        void run(LogView view) throws IOException;
    }

    /** Waits for the work that is under way; a merge is given up. */
    void close() {
        closed = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Sealing in {} goes on after {} s", settings.directory(), CLOSE_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
