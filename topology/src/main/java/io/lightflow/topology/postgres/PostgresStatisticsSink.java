package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresErrors;
import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.database.StatisticsTable;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.statistics.SetAsideRecord;
import io.lightflow.statistics.Statistics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds statistics to PostgreSQL: each commit is one transaction that moves the ledger's rows, adds to the statistics
 * and to the sums by campaign, and notifies of campaigns that have used up their budget. The tables must be there, see
 * {@link PostgresSchema}.
 *
 * <p>A small commit appends its rows to {@link StatisticsDelta}, which the sink merges into the statistics tables now
 * and then, between two commits. A large one, as while the topology catches up, goes into the tables at once.
 *
 * <p>A connection that is lost during a commit leaves it in doubt; {@link #open} waits until PostgreSQL has ended that
 * transaction one way or the other, and returns what came of it. A statement of the loser of a race never waits longer
 * than the statement time-out.
 *
 * <p>Not thread-safe. Throws {@link PostgresSetupException} where repeating does not help.
 */
public final class PostgresStatisticsSink implements Sink<Statistics> {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresStatisticsSink.class);
    private static final int MAX_EXCESS_ATTEMPTS = 10;
    private static final long UNKNOWN = Long.MAX_VALUE;

    /**
     * When rows are appended, and when they are merged.
     *
     * @param maxCommitRows minute rows of a commit that is appended; a larger one goes into the tables at once
     * @param rows after which a merge is due; readers look at all of them
     * @param interval after which a merge of fewer is due
     */
    record Merging(int maxCommitRows, int rows, Duration interval) {
        static final Merging DEFAULT = new Merging(20_000, 100_000, Duration.ofMinutes(10));

        long intervalNanos() {
            return interval.toNanos();
        }
    }

    private final PostgresPool pool;
    private final String topology;
    private final LedgerTable ledger;
    private final StatisticsPartitions partitions;
    private final StatisticsNumbers numbers;
    private final Map<Integer, LedgerTable.Hold> holds = new HashMap<>();

    private final StatisticsDelta delta;
    private final Merging merging;

    /** Not known after a failure. */
    private long newestMinute = UNKNOWN;
    /** Rows that this sink appended since its last merge; after a failure, there may be others. */
    private long unmerged;

    private long mergedNanos = System.nanoTime();

    /**
     * Does not connect yet.
     *
     * @param topology name in the ledger, such as {@code stats-counter}
     * @param group the group of data centers
     */
    public PostgresStatisticsSink(PostgresSettings settings, String topology, String group) {
        this(settings, topology, group, Merging.DEFAULT);
    }

    PostgresStatisticsSink(PostgresSettings settings, String topology, String group, Merging merging) {
        this.merging = merging;
        pool = new PostgresPool(settings, topology + "-" + group);
        this.topology = topology;
        ledger = new LedgerTable(topology, group);
        partitions = new StatisticsPartitions(pool);
        numbers = new StatisticsNumbers(pool);
        delta = new StatisticsDelta(pool, partitions);
        unmerged = merging.rows();
    }

    @Override
    public Position open(int shard) {
        holds.remove(shard);
        forgetGuesses();
        LedgerTable.Hold hold =
                pool.run("open " + ledger.name(shard) + " in the ledger", connection -> ledger.open(connection, shard));
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
        for (StatisticsTable table : StatisticsTable.values()) {
            partitions.ensure(table, times);
        }
        String shards = commit.moves().stream()
                .map(move -> Integer.toString(move.shard()))
                .collect(Collectors.joining(", "));
        String action = "commit " + minutes.size() + " minute rows of shards " + shards + " of " + ledger.group();
        if (minutes.size() <= merging.maxCommitRows() && minutes.hasSmallMoney()) {
            transact(action, commit, minutes, connection -> StatisticsDelta.append(connection, minutes));
            unmerged += minutes.size();
        } else {
            commitInto(action, commit, minutes);
            if (times.length > 0) {
                newestMinute = Math.max(newestMinute, times[times.length - 1]);
            }
        }
        mergeIfDue(commit.moves());
    }

    /** A sum beyond 64 bits is rare enough to be found by its failure, which costs the common case nothing. */
    private void commitInto(String action, Commit<Statistics> commit, NumberedRows minutes) {
        StatisticsRows rows = new StatisticsRows(minutes);
        if (!rows.hasCarry()) {
            try {
                transact(action, commit, minutes, connection -> {
                    if (newestMinute == UNKNOWN) {
                        newestMinute = StatisticsWriter.newestMinute(connection);
                    }
                    new StatisticsWriter(connection, rows).write(newestMinute);
                });
                return;
            } catch (PostgresSetupException e) {
                requireOutOfRange(e);
            }
        }
        for (int attempt = 1; ; attempt++) {
            try {
                transact(action, commit, minutes, connection -> new StatisticsWriter(connection, rows)
                        .writeWithExcess());
                return;
            } catch (PostgresSetupException e) {
                requireOutOfRange(e);
                // Another writer filled a row meanwhile.
                if (attempt == MAX_EXCESS_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void requireOutOfRange(PostgresSetupException failure) {
        if (!PostgresErrors.hasState(failure, PostgresErrors.NUMERIC_OUT_OF_RANGE)) {
            throw failure;
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

    /** Its failure is no failure of the commit before it: the rows stay where they are, and count. */
    private void mergeIfDue(List<ShardMove> moves) {
        long now = System.nanoTime();
        if (unmerged < merging.rows() && (unmerged == 0 || now - mergedNanos < merging.intervalNanos())) {
            return;
        }
        mergedNanos = now;
        try {
            long watermark = moves.stream()
                    .mapToLong(move -> move.next().watermark())
                    .min()
                    .orElseThrow();
            // A shard without a watermark has closed no minute.
            long closedBefore = Math.max(0, watermark) / Statistics.MINUTE_MS * Statistics.MINUTE_MS;
            unmerged = delta.merge(closedBefore, merging.rows() / 2);
        } catch (SinkUnavailableException e) {
            // The next commit finds out whether PostgreSQL is available, and tries again.
            LOG.warn("The merge is tried again: {}", e.getMessage());
        }
    }

    /** The caches may be wrong after a failure. */
    private void forgetGuesses() {
        newestMinute = UNKNOWN;
        unmerged = merging.rows();
        partitions.forget();
        numbers.forget();
    }

    @Override
    public void close() {
        holds.clear();
        pool.close();
    }
}
