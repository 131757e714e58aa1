package io.lightflow.lab.load;

import io.lightflow.database.PostgresSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Writes the statistics of a constant rate of events through the platform's sink, in one transaction per second. */
final class ReportsBenchWriter implements AutoCloseable {
    private static final int COMMIT_MS = 1_000;
    private static final int DISORDER_MS = 5_000;
    private static final double LEAST_SHARE_OF_RATE = 0.99;
    private static final double NANOS_PER_MILLI = 1e6;

    private final PostgresStatisticsSink sink;
    private final List<StatisticsKey> places = ReportsBenchTables.places();
    private final Random random = new Random(3);
    private final Instant begin;
    private final int eventsPerSecond;
    private final List<Double> commitMillis = new ArrayList<>();
    private final Thread thread = new Thread(this::write, "reports-bench-writer");

    private volatile boolean stopped;
    private RuntimeException failure;
    private long measuredSince;

    /** @param begin event time of the first event: the end of the tables */
    ReportsBenchWriter(PostgresSettings database, Instant begin, int eventsPerSecond) {
        this.sink = new PostgresStatisticsSink(database, "stats-counter", "bench");
        this.begin = begin;
        this.eventsPerSecond = eventsPerSecond;
    }

    void start() {
        thread.start();
    }

    static Position commit(PostgresStatisticsSink sink, Position position, long watermark, Statistics statistics) {
        long offset = position.txid() + 1;
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put("bench.joined.impressions", new TopicPosition(List.of(new Incarnation(1, offset)), watermark));
        Position next = new Position(topics, Math.max(position.watermark(), watermark), offset, Books.EMPTY);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, position, next)), statistics)));
        return next;
    }

    private void write() {
        try {
            Position position = sink.open(0);
            long first = System.nanoTime();
            for (long i = 1; !stopped; i++) {
                long now = begin.toEpochMilli() + i * COMMIT_MS;
                Statistics statistics = events(now);
                long due = first + Duration.ofMillis(i * COMMIT_MS).toNanos();
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                long begun = System.nanoTime();
                position = commit(sink, position, now - DISORDER_MS, statistics);
                synchronized (this) {
                    commitMillis.add((System.nanoTime() - begun) / NANOS_PER_MILLI);
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Of 100 events 94 are impressions, 5 clicks, 1 a conversion. */
    private Statistics events(long now) {
        Statistics statistics = new Statistics();
        for (int i = 0; i < eventsPerSecond; i++) {
            long time = now - random.nextInt(DISORDER_MS);
            Counts counts = statistics.minute(
                    places.get(random.nextInt(places.size())).at(time - Math.floorMod(time, Statistics.MINUTE_MS)));
            int kind = random.nextInt(100);
            if (kind < 94) {
                counts.impressions++;
                counts.spendMicros += 2_500;
            } else if (kind < 99) {
                counts.clicks++;
            } else {
                counts.conversions++;
                counts.revenueMicros += 10_000_000;
            }
        }
        return statistics;
    }

    synchronized void measureFromNow() {
        commitMillis.clear();
        measuredSince = System.nanoTime();
    }

    /** @return whether the rate was held */
    boolean report() {
        List<Double> sorted;
        double seconds;
        synchronized (this) {
            sorted = new ArrayList<>(commitMillis);
            seconds = (System.nanoTime() - measuredSince) / 1e9;
        }
        if (failure != null) {
            throw new IllegalStateException("Writing the statistics failed", failure);
        }
        Collections.sort(sorted);
        // A running transaction belongs to this second.
        boolean held = sorted.size() + 1 >= LEAST_SHARE_OF_RATE * seconds;
        System.out.printf(
                "meanwhile %.0f events/s were written, a transaction each second: p50 %.0f ms, longest %.0f ms%s%n",
                sorted.size() * (double) eventsPerSecond / seconds,
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1),
                held ? "" : "; the rate of " + eventsPerSecond + "/s was not held");
        return held;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sink.close();
    }
}
