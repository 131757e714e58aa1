package io.lightflow.reports.query;

import io.lightflow.time.Durations;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs queries in a bounded number of processes. A process starts when it is needed, is kept for further queries, and
 * ends when it is idle for long. A query that takes too long, or whose client leaves, ends with its process.
 *
 * <p>Thread-safe.
 */
public final class QueryWorkers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueryWorkers.class);
    /** For the start of the process, and for reading what is not archived yet. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10);

    private final QuerySettings settings;
    private final List<String> command;
    private final int maxOfAccount;
    private final Semaphore free;
    private final QueryMetrics metrics = new QueryMetrics();
    private final Map<String, Integer> runningByAccount = new ConcurrentHashMap<>();
    /** The one used last comes first. Guarded by itself. */
    private final Deque<WorkerProcess> idle = new ArrayDeque<>();

    private final ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "reports-query-upkeep");
        thread.setDaemon(true);
        return thread;
    });
    /** Idle ones and others. */
    private final Set<WorkerProcess> all = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /**
     * @param command starts a process, which reads and writes lines as {@link WorkerProcess} says
     * @param maxOfAccount queries of one account at the same time
     */
    public QueryWorkers(QuerySettings settings, List<String> command, int maxOfAccount) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.command = List.copyOf(command);
        this.maxOfAccount = maxOfAccount;
        this.free = new Semaphore(settings.processes());
        long period = IDLE_TIMEOUT.toSeconds() / 10;
        upkeep.scheduleWithFixedDelay(this::closeIdle, period, period, TimeUnit.SECONDS);
    }

    /** Exports what queries do. */
    public void addMetricsTo(PrometheusRegistry registry) {
        metrics.addTo(registry);
    }

    /** What the processes are doing. */
    public enum Busy {
        /** This account runs as many queries as it may. */
        ACCOUNT,
        /** All processes run queries. */
        ALL
    }

    /** No process is free for a query. */
    public static final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;

        private final Busy busy;

        private BusyException(Busy busy) {
            super(busy.name(), null, false, false);
            this.busy = busy;
        }

        public Busy busy() {
            return busy;
        }
    }

    /**
     * The end of a query.
     *
     * @param content the result; null if there is none. The caller closes it
     */
    public record Result(QueryOutcome outcome, InputStream content) {}

    /**
     * Runs a query, and waits for its end.
     *
     * @param account of the client
     * @param departure completes if the client leaves
     * @throws BusyException if no process is free
     * @throws CancellationException if the client has left
     */
    public Result run(QueryTask task, String account, CompletionStage<Void> departure) throws BusyException {
        if (runningByAccount.merge(account, 1, Integer::sum) > maxOfAccount) {
            leave(account);
            metrics.refused(task, Busy.ACCOUNT);
            throw new BusyException(Busy.ACCOUNT);
        }
        try {
            if (!free.tryAcquire()) {
                metrics.refused(task, Busy.ALL);
                throw new BusyException(Busy.ALL);
            }
            try (QueryMetrics.Running running = metrics.start(task)) {
                Result result = runInFolder(task, departure.toCompletableFuture());
                running.ended(result.outcome().status());
                return result;
            } finally {
                free.release();
            }
        } finally {
            leave(account);
        }
    }

    private void leave(String account) {
        runningByAccount.computeIfPresent(account, (same, running) -> running == 1 ? null : running - 1);
    }

    private Result runInFolder(QueryTask task, CompletableFuture<Void> departure) {
        try (QueryFolder folder = QueryFolder.create(settings.temporary(), "lightflow-query-")) {
            QueryTask placed = task.in(folder.path());
            QueryOutcome outcome = runInProcess(placed, departure);
            // An open file can be read after it is deleted.
            return new Result(
                    outcome,
                    outcome.status() == QueryOutcome.Status.DONE ? Files.newInputStream(placed.result()) : null);
        } catch (IOException e) {
            throw new UncheckedIOException("The files of a query in " + settings.temporary() + " are unusable", e);
        }
    }

    private QueryOutcome runInProcess(QueryTask task, CompletableFuture<Void> departure) {
        WorkerProcess worker = borrow();
        boolean reusable = false;
        try {
            CompletableFuture<QueryOutcome> outcome = worker.run(task);
            departure.whenComplete((gone, failure) -> outcome.cancel(false));
            QueryOutcome found = outcome.get(settings.timeout().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            reusable = true;
            return found;
        } catch (TimeoutException e) {
            return QueryOutcome.without(
                    QueryOutcome.Status.TIMEOUT,
                    "the query took longer than " + Durations.format(settings.timeout()) + " and was ended");
        } catch (ExecutionException e) {
            LOG.error("A query's process {} failed", worker.id(), e.getCause());
            return QueryOutcome.without(QueryOutcome.Status.FAILED, "the process of the query ended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the server stops");
        } finally {
            if (reusable) {
                giveBack(worker);
            } else {
                end(worker);
            }
        }
    }

    private WorkerProcess borrow() {
        for (WorkerProcess next = nextIdle(); next != null; next = nextIdle()) {
            if (next.isAlive()) {
                return next;
            }
            end(next);
        }
        WorkerProcess started = WorkerProcess.start(command, settings);
        all.add(started);
        if (closed) {
            end(started);
            throw new CancellationException("the server stops");
        }
        return started;
    }

    private WorkerProcess nextIdle() {
        synchronized (idle) {
            return idle.poll();
        }
    }

    private void giveBack(WorkerProcess worker) {
        synchronized (idle) {
            idle.push(worker);
        }
        if (closed) {
            end(worker);
        }
    }

    private void end(WorkerProcess worker) {
        worker.close();
        all.remove(worker);
    }

    private void closeIdle() {
        List<WorkerProcess> old = new ArrayList<>();
        synchronized (idle) {
            idle.removeIf(worker -> worker.idleNanos() > IDLE_TIMEOUT.toNanos() && old.add(worker));
        }
        old.forEach(this::end);
    }

    /** Ends all processes, and so their queries. */
    @Override
    public void close() {
        closed = true;
        upkeep.shutdownNow();
        all.forEach(this::end);
    }
}
