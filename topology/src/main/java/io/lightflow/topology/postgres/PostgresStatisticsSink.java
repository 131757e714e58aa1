package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.statistics.SetAsideRecord;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.postgres.StatisticsTransaction.Sums;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Adds statistics to PostgreSQL: each commit is one transaction that moves the ledger's rows, adds to the statistics
 * and to the sums by campaign, and notifies of campaigns that have used up their budget. The tables must be there, see
 * {@link PostgresSchema}.
 *
 * <p>A small commit appends its rows to {@link StatisticsDelta}, which the sink merges into the statistics tables now
 * and then, in another thread and on a connection of its own. A large one, as while the topology catches up, goes into
 * the tables at once.
 *
 * <p>A connection that is lost during a commit leaves it in doubt; {@link #open} waits until PostgreSQL has ended that
 * transaction one way or the other, and returns what came of it. A statement of the loser of a race never waits longer
 * than the statement time-out.
 *
 * <p>Not thread-safe. Throws {@link PostgresSetupException} where repeating does not help.
 */
public final class PostgresStatisticsSink implements Sink<Statistics> {
    /**
     * When rows are appended, and when they are merged.
     *
     * @param maxCommitRows minute rows of a commit that is appended; a larger one goes into the tables at once
     * @param rows after which a merge is due; readers of many ads look at all of them
     * @param interval after which a merge of fewer is due
     * @param retryPause after which a merge that failed is tried again
     */
    record Merging(int maxCommitRows, int rows, Duration interval, Duration retryPause) {
        static final Merging DEFAULT = new Merging(20_000, 100_000, Duration.ofMinutes(10), Duration.ofMinutes(1));
    }

    private final PostgresPool pool;
    private final String topology;
    private final LedgerTable ledger;
    private final StatisticsPartitions partitions;
    private final StatisticsNumbers numbers;
    private final Map<Integer, LedgerTable.Hold> holds = new HashMap<>();

    private final PostgresPool mergePool;
    private final StatisticsDelta delta;
    private final Merging merging;
    private final MergeSchedule merges;

    /** Null after a failure, and after another writer made it wrong. */
    private KnownRows known;

    /**
     * Does not connect yet.
     *
     * @param topology name in the ledger, such as {@code stats-counter}
     * @param group the group of data centers
     */
    public PostgresStatisticsSink(PostgresSettings settings, String topology, String group) {
        this(settings, topology, group, Merging.DEFAULT, merger());
    }

    /** @param merger runs the merges */
    PostgresStatisticsSink(PostgresSettings settings, String topology, String group, Merging merging, Executor merger) {
        this.merging = merging;
        pool = new PostgresPool(settings, topology + "-" + group);
        this.topology = topology;
        ledger = new LedgerTable(topology, group);
        partitions = new StatisticsPartitions(pool);
        numbers = new StatisticsNumbers(pool);
        mergePool = new PostgresPool(settings, topology + "-" + group + "-merge");
        delta = new StatisticsDelta(mergePool, new StatisticsPartitions(mergePool));
        merges = new MergeSchedule(merging, merger);
    }

    /** A thread that ends by itself when it has nothing to do. */
    private static Executor merger() {
        ThreadPoolExecutor merger =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "lightflow-merger");
                    thread.setDaemon(true);
                    return thread;
                });
        merger.allowCoreThreadTimeOut(true);
        return merger;
    }

    @Override
    public Position open(int shard) {
        holds.remove(shard);
        forgetGuesses();
        LedgerTable.Hold hold =
                pool.transact("open " + ledger.name(shard) + " in the ledger", c -> ledger.open(c, shard));
        holds.put(shard, hold);
        return hold.position();
    }

    @Override
    public Position read(int shard) {
        return pool.run("read the ledger of " + ledger.name(shard), connection -> ledger.read(connection, shard))
                .map(LedgerEntry::position)
                .orElse(Position.START);
    }

    /** @throws IllegalStateException if a shard was not opened */
    @Override
    public void commit(List<Commit<Statistics>> commits) {
        for (Commit<Statistics> commit : commits) {
            for (ShardMove move : commit.moves()) {
                if (!holds.containsKey(move.shard())) {
                    throw new IllegalStateException("open " + ledger.name(move.shard()) + " before committing to it");
                }
            }
            boolean done = false;
            try {
                commit(commit);
                done = true;
            } finally {
                if (!done) {
                    forgetGuesses();
                }
            }
        }
    }

    private void commit(Commit<Statistics> commit) {
        NumberedRows minutes = NumberedRows.of(commit.output(), numbers);
        long[] times = minutes.distinctTimes();
        partitions.ensure(times);
        String shards = commit.moves().stream()
                .map(move -> Integer.toString(move.shard()))
                .collect(Collectors.joining(", "));
        String action = "commit " + minutes.size() + " minute rows of shards " + shards + " of " + ledger.group();
        if (minutes.size() <= merging.maxCommitRows() && minutes.hasSmallMoney()) {
            transact(action, commit, minutes, connection -> StatisticsDelta.append(connection, minutes));
            merges.appended(minutes.size());
            if (known != null && times.length > 0) {
                known.wroteElsewhere(times[times.length - 1]);
            }
        } else {
            commitInto(action, commit, minutes, times);
        }
        long closedBefore = closedBefore(commit.moves());
        merges.runIfDue(() -> delta.merge(closedBefore, merging.rows() / 2));
    }

    private void commitInto(String action, Commit<Statistics> commit, NumberedRows minutes, long[] times) {
        StatisticsRows rows = new StatisticsRows(minutes);
        boolean right = StatisticsTransaction.run(
                rows.hasCarry() ? Sums.WITH_EXCESS : Sums.WITHIN_64_BITS,
                sums -> {
                    AtomicBoolean guessed = new AtomicBoolean();
                    transact(action, commit, minutes, connection -> {
                        MinuteLocks.lock(connection, times);
                        StatisticsWriter writer = new StatisticsWriter(connection, rows);
                        if (sums == Sums.WITH_EXCESS) {
                            writer.writeWithExcess();
                            return;
                        }
                        if (known == null) {
                            known = new KnownRows(StatisticsWriter.newestMinute(connection));
                        }
                        guessed.set(writer.write(known));
                    });
                    return guessed.get();
                },
                () -> partitions.makeAgain(times));
        if (right) {
            known.wrote(rows);
        } else {
            known = null;
        }
    }

    /** Writes the rows of a commit. */
    @FunctionalInterface
    private interface Writing {
        void write(Connection connection) throws SQLException;
    }

    private void transact(String action, Commit<Statistics> commit, NumberedRows minutes, Writing writing) {
        CampaignRows campaigns = CampaignRows.of(commit.output());
        List<SetAsideRecord> setAside = commit.output().setAside();
        pool.transact(action, connection -> {
            ledger.move(connection, commit.moves(), holds);
            if (minutes.size() > 0) {
                writing.write(connection);
                MinuteEvents.add(connection, minutes);
                new CampaignWriter(connection, campaigns).write();
            }
            if (!setAside.isEmpty()) {
                SetAsideTable.add(connection, topology, ledger.group(), setAside);
            }
            return null;
        });
    }

    /** A shard without a watermark has closed no minute. */
    private static long closedBefore(List<ShardMove> moves) {
        long watermark =
                moves.stream().mapToLong(move -> move.next().watermark()).min().orElseThrow();
        return Math.max(0, watermark) / Statistics.MINUTE_MS * Statistics.MINUTE_MS;
    }

    /** The caches may be wrong after a failure. */
    private void forgetGuesses() {
        known = null;
        merges.forget();
        partitions.forget();
        numbers.forget();
    }

    @Override
    public void close() {
        holds.clear();
        merges.awaitEnd();
        mergePool.close();
        pool.close();
    }
}
