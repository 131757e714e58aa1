package io.lightflow.reports.statistics;

import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.statistics.KeyTexts.Texts;
import io.lightflow.service.sql.Sql;
import io.lightflow.service.sql.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The rows that were asked for in the last minute, in memory: to look at all rows of ten minutes takes PostgreSQL a tenth of
 * a second, however few are wanted.
 *
 * <p>What is held is of one {@link Snapshot}, as if it had been read for the question, which may be up to two of its periods
 * ago. A period is a second, or four times as long as it took to read, but half a minute at most. After one, whoever asks has the rows read again in the
 * background, and only those of minutes to which something was added since, as {@code stats_minute_events} tells. A
 * question after two of them, or for rows that are not there, waits until they are read.
 *
 * <p>Thread-safe.
 */
final class RecentRows {
    static final Duration PERIOD = Duration.ofSeconds(1);
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int READINGS_A_PERIOD = 4;
    private static final int LONGEST_PERIOD = 30;
    private static final int FETCHED_AT_ONCE = 10_000;

    /** Some hundred bytes each. What is forgotten is read again. */
    private static final int MOST_TEXTS = 500_000;

    /** In a quarter of the memory. */
    private static final long MOST_ROWS = Runtime.getRuntime().maxMemory() / 4 / 72;

    /**
     * What a question is about.
     *
     * @param now without which there is no answer
     * @param soon what the same question will be about next; may be there in time
     */
    record Needs(Set<Slot> now, Set<Slot> soon) {
        static final Needs NOTHING = new Needs(Set.of(), Set.of());
    }

    /** @param version greater after each commit that changed the rows */
    private record Versioned(long version, SlotRows rows) {}

    /** The texts of all numbers in the rows. A database that was put back in time may give other ones. */
    private record Keys(KeyTexts ads, Map<Cube, KeyTexts> others) {
        static Keys none() {
            Map<Cube, KeyTexts> others = new HashMap<>();
            for (Cube cube : Cube.values()) {
                others.put(cube, new KeyTexts(cube.keyTable(), cube.dimensionsBesideAd()));
            }
            return new Keys(new KeyTexts("stats_ad_key", List.copyOf(Cube.CREATIVES.dimensions())), others);
        }

        int size() {
            return ads.size()
                    + others.values().stream().mapToInt(KeyTexts::size).sum();
        }

        void read(Connection connection) throws SQLException {
            ads.read(connection);
            for (KeyTexts other : others.values()) {
                other.read(connection);
            }
        }
    }

    /** What is in memory. Immutable but for the texts, which only become more. */
    final class Held {
        final Snapshot snapshot;
        final Texts ads;
        final Map<Cube, Texts> others = new HashMap<>();
        private final Keys keys;
        private final Map<Slot, Versioned> rows;
        private final long begunNanos;
        private final long periodNanos;

        private Held(Snapshot snapshot, Keys keys, Map<Slot, Versioned> rows, long begunNanos) {
            this.snapshot = snapshot;
            this.ads = keys.ads.texts();
            keys.others.forEach((cube, texts) -> others.put(cube, texts.texts()));
            this.keys = keys;
            this.rows = rows;
            this.begunNanos = begunNanos;
            long readingNanos = System.nanoTime() - begunNanos;
            this.periodNanos =
                    Math.min(LONGEST_PERIOD * shortestNanos, Math.max(shortestNanos, READINGS_A_PERIOD * readingNanos));
        }

        SlotRows rows(Slot slot) {
            return rows.get(slot).rows;
        }

        private boolean isOlderThan(int periods) {
            return System.nanoTime() - begunNanos >= periods * periodNanos;
        }
    }

    private final Sql replica;
    private final long shortestNanos;
    private final long mostRows;
    private final Map<Slot, Long> asked = new ConcurrentHashMap<>();
    private final AtomicBoolean isReadAgain = new AtomicBoolean();

    /** Replaced under the lock; null before anything was asked. */
    private volatile Held held;

    /** @param period the shortest; zero: every question has rows read */
    RecentRows(Sql replica, Duration period) {
        this(replica, period, MOST_ROWS);
    }

    RecentRows(Sql replica, Duration period, long mostRows) {
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
    Held of(Function<Snapshot, Needs> question) {
        Held now = held;
        if (answers(now, question)) {
            if (now.isOlderThan(1)) {
                readAgainMeanwhile();
            }
            return now;
        }
        synchronized (this) {
            return answers(held, question) ? held : read(question);
        }
    }

    private boolean answers(Held now, Function<Snapshot, Needs> question) {
        return now != null
                && !now.isOlderThan(2)
                && now.rows.keySet().containsAll(noted(question.apply(now.snapshot)).now);
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
            if (held != null && held.isOlderThan(1)) {
                read(snapshot -> Needs.NOTHING);
            }
        } catch (StoreException e) {
            // The rows grow too old, and the next question for them waits for the database and is told.
            held = null;
        } finally {
            isReadAgain.set(false);
        }
    }

    private Held read(Function<Snapshot, Needs> question) {
        long begun = System.nanoTime();
        held = Snapshot.ask(replica, "read the rows of the last minutes", (connection, snapshot) -> {
            Needs needs = noted(question.apply(snapshot));
            boolean goesOn =
                    held != null && held.snapshot.server().equals(snapshot.server()) && held.keys.size() < MOST_TEXTS;
            Keys keys = goesOn ? held.keys : Keys.none();
            Map<Slot, Versioned> rows =
                    rows(connection, keys, goesOn ? held.rows : Map.of(), needs.now, askedLately(begun));
            keys.read(connection);
            return new Held(snapshot, keys, rows, begun);
        });
        return held;
    }

    /** The latest first. */
    private List<Slot> askedLately(long nowNanos) {
        asked.values().removeIf(nanos -> nowNanos - nanos > KEPT_NANOS);
        return asked.entrySet().stream()
                .sorted(Comparator.comparing(each -> nowNanos - each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<Slot, Versioned> rows(
            Connection connection, Keys keys, Map<Slot, Versioned> before, Set<Slot> needed, List<Slot> others)
            throws SQLException {
        Set<Slot> slots = new LinkedHashSet<>(needed);
        slots.addAll(others);
        Map<Long, Long> events = events(connection, slots);
        Map<Slot, Versioned> rows = new HashMap<>();
        long room = mostRows;
        for (Slot slot : slots) {
            long version = slot.minutes().stream()
                    .mapToLong(minute -> events.getOrDefault(minute, 0L))
                    .sum();
            Versioned of = before.get(slot);
            if (of == null || of.version != version) {
                of = new Versioned(version, read(connection, keys, slot, room));
            }
            room -= of.rows.size();
            if (room < 0 && needed.contains(slot)) {
                throw new ProblemException(
                        400,
                        "too-many-rows",
                        "The question is about too many rows",
                        "at most " + mostRows + " rows are held in memory: ask for a shorter window, or give the server"
                                + " more memory (-Xmx)");
            }
            if (room < 0) {
                return rows;
            }
            rows.put(slot, of);
        }
        return rows;
    }

    /** By the minute, in seconds since the Unix epoch; 0 is left out. */
    private static Map<Long, Long> events(Connection connection, Collection<Slot> slots) throws SQLException {
        Map<Long, Long> events = new LinkedHashMap<>();
        Object[] minutes = slots.stream()
                .flatMap(slot -> slot.minutes().stream())
                .distinct()
                .toArray();
        Sql.all(
                connection,
                "SELECT extract(epoch FROM time)::bigint, events FROM stats_minute_events WHERE time = ANY"
                        + " (ARRAY(SELECT to_timestamp(minute) FROM unnest(?) AS minute))",
                found -> events.put(found.getLong(1), found.getLong(2)),
                connection.createArrayOf("bigint", minutes));
        return events;
    }

    /** At most one row more than there is room for. */
    private static SlotRows read(Connection connection, Keys keys, Slot slot, long room) throws SQLException {
        KeyTexts others = keys.others.get(slot.cube());
        String sql = "SELECT ad, " + slot.cube().number() + ", " + String.join(", ", Measure.NAMES) + " FROM "
                + slot.cube().dataTable(slot.grain()) + " WHERE time = ? LIMIT ?";
        SlotRows rows = new SlotRows();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCHED_AT_ONCE);
            statement.setObject(1, Question.utc(slot.time()));
            statement.setLong(2, room + 1);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.add(keys.ads.place(found.getInt(1)), others.place(found.getInt(2)), found, 3);
                }
            }
        }
        return rows;
    }
}
