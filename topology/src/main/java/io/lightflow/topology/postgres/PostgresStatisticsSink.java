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
import io.lightflow.statistics.SetAsideRecord;
import io.lightflow.statistics.Statistics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Adds statistics to PostgreSQL: each commit is one transaction that moves the ledger's rows, adds to the minute, hour
 * and day tables and to the sums by campaign, and notifies of campaigns that have used up their budget. The tables must
 * be there, see {@link PostgresSchema}.
 *
 * <p>A connection that is lost during a commit leaves it in doubt; {@link #open} waits until PostgreSQL has ended that
 * transaction one way or the other, and returns what came of it. A statement of the loser of a race never waits longer
 * than the statement time-out.
 *
 * <p>Not thread-safe. Throws {@link PostgresSetupException} where repeating does not help.
 */
public final class PostgresStatisticsSink implements Sink<Statistics> {
    private static final int MAX_EXCESS_ATTEMPTS = 10;

    private final PostgresPool pool;
    private final String topology;
    private final LedgerTable ledger;
    private final StatisticsPartitions partitions;
    private final StatisticsNumbers numbers;
    private final Map<Integer, LedgerTable.Hold> holds = new HashMap<>();

    /** Empty if it is not known, as after a failure. */
    private OptionalLong newestMinute = OptionalLong.empty();

    /**
     * Does not connect yet.
     *
     * @param topology name in the ledger, such as {@code stats-counter}
     * @param group the group of data centers
     */
    public PostgresStatisticsSink(PostgresSettings settings, String topology, String group) {
        pool = new PostgresPool(settings, topology + "-" + group);
        this.topology = topology;
        ledger = new LedgerTable(topology, group);
        partitions = new StatisticsPartitions(pool);
        numbers = new StatisticsNumbers(pool);
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
        StatisticsRows rows = StatisticsRows.of(commit.output(), numbers);
        CampaignRows campaigns = CampaignRows.of(commit.output());
        for (StatisticsTable table : StatisticsTable.values()) {
            partitions.ensure(table, rows.of(table).times());
        }
        String shards = commit.moves().stream()
                .map(move -> Integer.toString(move.shard()))
                .collect(Collectors.joining(", "));
        long[] times = rows.of(StatisticsTable.MINUTE).times();
        String action = "commit " + times.length + " minute rows of shards " + shards + " of " + ledger.group();
        long newest =
                commit(action, commit.moves(), rows, campaigns, commit.output().setAside());
        newestMinute = OptionalLong.of(times.length == 0 ? newest : Math.max(newest, times[times.length - 1]));
    }

    /** A sum beyond 64 bits is rare enough to be found by its failure, which costs the common case nothing. */
    private long commit(
            String action,
            List<ShardMove> moves,
            StatisticsRows rows,
            CampaignRows campaigns,
            List<SetAsideRecord> setAside) {
        if (!rows.hasCarry()) {
            try {
                return pool.transact(
                        action,
                        connection -> commit(connection, moves, rows, campaigns, setAside, StatisticsWriter::write));
            } catch (PostgresSetupException e) {
                requireOutOfRange(e);
            }
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return pool.transact(
                        action,
                        connection -> commit(
                                connection,
                                moves,
                                rows,
                                campaigns,
                                setAside,
                                (writer, newest) -> writer.writeWithExcess()));
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

    @FunctionalInterface
    private interface Writing {
        void write(StatisticsWriter writer, long newestMinute) throws SQLException;
    }

    private long commit(
            Connection connection,
            List<ShardMove> moves,
            StatisticsRows rows,
            CampaignRows campaigns,
            List<SetAsideRecord> setAside,
            Writing writing)
            throws SQLException {
        ledger.move(connection, moves, holds);
        long newest = newestMinute.isPresent() ? newestMinute.getAsLong() : StatisticsWriter.newestMinute(connection);
        if (rows.of(StatisticsTable.MINUTE).size() > 0) {
            writing.write(new StatisticsWriter(connection, rows), newest);
            MinuteEvents.add(connection, rows.of(StatisticsTable.CREATIVE_MINUTE));
            new CampaignWriter(connection, campaigns).write();
        }
        if (!setAside.isEmpty()) {
            SetAsideTable.add(connection, topology, ledger.group(), setAside);
        }
        return newest;
    }

    /** The caches may be wrong after a failure. */
    private void forgetGuesses() {
        newestMinute = OptionalLong.empty();
        partitions.forget();
        numbers.forget();
    }

    @Override
    public void close() {
        holds.clear();
        pool.close();
    }
}
