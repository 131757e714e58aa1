package io.lightflow.reports.statistics;

import io.lightflow.reports.http.ProblemException;
import io.lightflow.service.sql.DatabaseException;
import io.lightflow.service.sql.Sql;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The rows that were requested in the last minute, in memory: PostgreSQL takes a tenth of a second to look at all rows
 * of ten minutes, however few are wanted.
 *
 * <p>An answer is as of one snapshot, which may be up to two periods old. A period is a second, or four times as long
 * as reading the rows took, but half a minute at most. After one period, a request starts a reading in the background.
 * It reads only minutes to which something was added since, as {@code stats_minute_events} tells. After two periods, or
 * for rows that are not there, a request waits for the reading.
 *
 * <p>Thread-safe.
 */
final class SliceCache {
    static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int READINGS_A_PERIOD = 4;
    private static final int MAX_PERIODS = 30;
    private static final long RETENTION_NANOS = Duration.ofMinutes(1).toNanos();

    /** How long one reading may take in all; statements have their own timeout. */
    private static final Duration MAX_READING = Duration.ofSeconds(30);

    /** In a quarter of the memory. */
    private static final long MAX_ROWS = Runtime.getRuntime().maxMemory() / 4 / SliceColumns.MAX_ROW_BYTES;

    /**
     * The slices that a request needs.
     *
     * @param now needed for its answer
     * @param soon needed by the same request a minute later
     */
    record Needs(Set<TimeSlice> now, Set<TimeSlice> soon) {
        static final Needs NOTHING = new Needs(Set.of(), Set.of());
    }

    /** @param nanos when it was begun to be read, and how long a period of it is */
    private record Read(CachedSlices rows, long nanos, long periodNanos) {
        boolean isOlderThan(int periods) {
            return System.nanoTime() - nanos >= periods * periodNanos;
        }
    }

    private final Sql replica;
    private final long shortestNanos;
    private final long maxRows;
    private final ReadingBudget budget;
    private final Map<TimeSlice, Long> requestedNanos = new ConcurrentHashMap<>();
    private final AtomicBoolean isReadAgain = new AtomicBoolean();

    /** Replaced under the lock; null if nothing can be relied on. */
    private volatile Read last;

    SliceCache(Sql replica) {
        this(replica, PERIOD, MAX_ROWS, new ReadingBudget());
    }

    /** @param period the shortest; with zero, every request reads */
    SliceCache(Sql replica, Duration period, long maxRows, ReadingBudget budget) {
        this.replica = replica;
        this.shortestNanos = period.toNanos();
        this.maxRows = maxRows;
        this.budget = budget;
    }

    /**
     * All rows that a request needs.
     *
     * @param account the account that sent it, whose {@link ReadingBudget} it uses
     * @param query the slices that it needs on a snapshot; throws if it has no answer there
     * @throws ProblemException if it needs more rows than may be held, or the account has used up its budget
     */
    CachedSlices of(String account, Function<DatabaseSnapshot, Needs> query) {
        Read now = last;
        if (answers(now, query)) {
            if (now.isOlderThan(1)) {
                readAgainMeanwhile();
            }
            return now.rows;
        }
        synchronized (this) {
            if (!answers(last, query)) {
                read(snapshot -> paid(account, query.apply(snapshot)));
            }
            return last.rows;
        }
    }

    private boolean answers(Read read, Function<DatabaseSnapshot, Needs> query) {
        if (read == null || read.isOlderThan(2)) {
            return false;
        }
        Needs needs = query.apply(read.rows.snapshot);
        if (!read.rows.has(needs.now)) {
            return false;
        }
        noted(needs);
        return true;
    }

    /** Takes the slices that are not in memory from the budget, before they are noted or read. */
    private Needs paid(String account, Needs needs) {
        Read held = last;
        long missing = needs.now.stream()
                .filter(slice -> held == null || !held.rows.has(Set.of(slice)))
                .count();
        budget.take(account, Math.toIntExact(missing));
        return noted(needs);
    }

    private Needs noted(Needs needs) {
        long nanos = System.nanoTime();
        needs.now.forEach(slice -> requestedNanos.put(slice, nanos));
        needs.soon.forEach(slice -> requestedNanos.put(slice, nanos));
        return needs;
    }

    private void readAgainMeanwhile() {
        if (isReadAgain.compareAndSet(false, true)) {
            Thread thread = new Thread(this::readAgain, "reports-recent-rows");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private synchronized void readAgain() {
        try {
            if (last != null && last.isOlderThan(1)) {
                read(snapshot -> Needs.NOTHING);
            }
        } catch (DatabaseException e) {
            // The next request reads for itself, and gets the error.
            last = null;
        } finally {
            isReadAgain.set(false);
        }
    }

    private void read(Function<DatabaseSnapshot, Needs> query) {
        long begun = System.nanoTime();
        CachedSlices rows =
                DatabaseSnapshot.read(replica, "read the rows of the last minutes", (connection, snapshot) -> {
                    Needs needs = query.apply(snapshot);
                    // A server that was put back in time may have other rows and numbers, and as many events.
                    boolean goesOn = last != null
                            && last.rows.snapshot.server().equals(snapshot.server())
                            && !last.rows.keys().isOutgrown();
                    KeyCaches keys = goesOn ? last.rows.keys() : new KeyCaches();
                    SliceReader reader = new SliceReader(
                            connection,
                            keys,
                            goesOn ? last.rows.all() : Map.of(),
                            maxRows,
                            begun + MAX_READING.toNanos());
                    return new CachedSlices(snapshot, keys, reader.read(slices(needs.now, begun), needs.now));
                });
        long periodNanos = Math.max(shortestNanos, READINGS_A_PERIOD * (System.nanoTime() - begun));
        last = new Read(rows, begun, Math.min(periodNanos, MAX_PERIODS * shortestNanos));
    }

    /** Those that are needed, then those that were requested lately, the latest first. */
    private Set<TimeSlice> slices(Set<TimeSlice> needed, long nowNanos) {
        requestedNanos.values().removeIf(nanos -> nowNanos - nanos > RETENTION_NANOS);
        Set<TimeSlice> slices = new LinkedHashSet<>(needed);
        requestedNanos.entrySet().stream()
                .sorted(Comparator.comparing(each -> nowNanos - each.getValue()))
                .forEach(each -> slices.add(each.getKey()));
        return slices;
    }
}
