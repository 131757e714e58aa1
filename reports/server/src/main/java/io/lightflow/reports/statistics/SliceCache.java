package io.lightflow.reports.statistics;

import io.lightflow.reports.http.ProblemException;
import io.lightflow.service.sql.Sql;
import io.lightflow.service.sql.StoreException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The rows that were asked for in the last minute, in memory: to look at all rows of ten minutes takes PostgreSQL a
 * tenth of a second, however few are wanted.
 *
 * <p>They are as if they had been read for the question, but up to two periods ago. A period is a second, or four times
 * as long as it took to read them, but half a minute at most. After one, whoever asks has the rows read again in the
 * background, and only those of minutes to which something was added since, as {@code stats_minute_events} tells. A
 * question after two of them, or for rows that are not there, waits until they are read.
 *
 * <p>Thread-safe.
 */
final class SliceCache {
    static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int READINGS_A_PERIOD = 4;
    private static final int LONGEST_PERIOD = 30;
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

    /** In a quarter of the memory. */
    private static final long MOST_ROWS = Runtime.getRuntime().maxMemory() / 4 / SliceColumns.MOST_BYTES_A_ROW;

    /**
     * What a question is about.
     *
     * @param now without which there is no answer
     * @param soon what the same question will be about next; may be there in time
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
    private final long mostRows;
    private final Map<TimeSlice, Long> asked = new ConcurrentHashMap<>();
    private final AtomicBoolean isReadAgain = new AtomicBoolean();

    /** Replaced under the lock; null if nothing can be relied on. */
    private volatile Read last;

    SliceCache(Sql replica) {
        this(replica, PERIOD, MOST_ROWS);
    }

    /** @param period the shortest; zero: every question has rows read */
    SliceCache(Sql replica, Duration period, long mostRows) {
        this.replica = replica;
        this.shortestNanos = period.toNanos();
        this.mostRows = mostRows;
    }

    /**
     * All rows that a question needs.
     *
     * @param question what it needs on a snapshot; may throw that it has no answer there
     * @throws ProblemException if it needs more rows than may be held
     */
    CachedSlices of(Function<DatabaseSnapshot, Needs> question) {
        Read now = last;
        if (answers(now, question)) {
            if (now.isOlderThan(1)) {
                readAgainMeanwhile();
            }
            return now.rows;
        }
        synchronized (this) {
            if (!answers(last, question)) {
                read(question);
            }
            return last.rows;
        }
    }

    private boolean answers(Read read, Function<DatabaseSnapshot, Needs> question) {
        return read != null && !read.isOlderThan(2) && read.rows.has(noted(question.apply(read.rows.snapshot)).now);
    }

    private Needs noted(Needs needs) {
        long nanos = System.nanoTime();
        needs.now.forEach(slot -> asked.put(slot, nanos));
        needs.soon.forEach(slot -> asked.put(slot, nanos));
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
        } catch (StoreException e) {
            // The next question asks the database itself, and is told.
            last = null;
        } finally {
            isReadAgain.set(false);
        }
    }

    private void read(Function<DatabaseSnapshot, Needs> question) {
        long begun = System.nanoTime();
        CachedSlices rows =
                DatabaseSnapshot.ask(replica, "read the rows of the last minutes", (connection, snapshot) -> {
                    Needs needs = noted(question.apply(snapshot));
                    // A server that was put back in time may have other rows and numbers, and as many events.
                    boolean goesOn = last != null
                            && last.rows.snapshot.server().equals(snapshot.server())
                            && !last.rows.keys().isOutgrown();
                    KeyCaches keys = goesOn ? last.rows.keys() : new KeyCaches();
                    SliceReader reader =
                            new SliceReader(connection, keys, goesOn ? last.rows.all() : Map.of(), mostRows);
                    return new CachedSlices(snapshot, keys, reader.read(slots(needs.now, begun), needs.now));
                });
        long periodNanos = Math.max(shortestNanos, READINGS_A_PERIOD * (System.nanoTime() - begun));
        last = new Read(rows, begun, Math.min(periodNanos, LONGEST_PERIOD * shortestNanos));
    }

    /** Those that are needed, and then those that were asked for lately, the latest first. */
    private Set<TimeSlice> slots(Set<TimeSlice> needed, long nowNanos) {
        asked.values().removeIf(nanos -> nowNanos - nanos > KEPT_NANOS);
        Set<TimeSlice> slots = new LinkedHashSet<>(needed);
        asked.entrySet().stream()
                .sorted(Comparator.comparing(each -> nowNanos - each.getValue()))
                .forEach(each -> slots.add(each.getKey()));
        return slots;
    }
}
