package io.lightflow.topology.postgres;

import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The rows of the ledger of one topology and group. Immutable; thread-safe. */
final class LedgerTable {
    /** Kept in step with the migrations: one that adds a table for writers to keep stops those that do not know it. */
    private static final int WRITER_VERSION = 6;

    private static final String WHERE = " WHERE topology = ? AND group_name = ? AND shard = ?";

    /** How long an open waits for a commit that is under way, before it looks at the session again. */
    private static final String LOCK_TIMEOUT = "5s";

    /**
     * The transaction that has written a row without an end is the row's {@code xmax}. A session in a transaction that
     * has waited this long for its client belongs to a frozen process, or one that the network has cut off.
     */
    private static final String END_FROZEN_OWNER = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE backend_xid = (SELECT xmax FROM ledger" + WHERE + ")"
            + " AND usename = current_user AND wait_event_type = 'Client'"
            + " AND state_change < clock_timestamp() - interval '1s'";

    private final String topology;
    private final String group;

    LedgerTable(String topology, String group) {
        this.topology = topology;
        this.group = group;
    }

    /** The right to commit until the next open. */
    record Hold(long epoch, Position position) {}

    String group() {
        return topology + "/" + group;
    }

    String name(int shard) {
        return "shard " + shard + " of " + topology + "/" + group;
    }

    /**
     * Waits a little for a commit that is under way, then takes the shard over. Ends the session of an owner that does
     * nothing with its transaction: no time-out of the server ends a COPY that waits for rows.
     *
     * @param connection in a transaction
     */
    Hold open(Connection connection, int shard) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '" + LOCK_TIMEOUT + "'");
        }
        try (PreparedStatement statement = connection.prepareStatement(END_FROZEN_OWNER)) {
            key(statement, 1, shard);
            statement.execute();
        }
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO ledger AS l (topology, group_name, shard, epoch, position,"
                        + " txid, opened_at, writer_version) VALUES (?, ?, ?, 1, ?, 0, clock_timestamp(), "
                        + WRITER_VERSION + ") ON CONFLICT (topology, group_name, shard) DO UPDATE SET"
                        + " epoch = l.epoch + 1, opened_at = clock_timestamp(),"
                        + " writer_version = excluded.writer_version"
                        + " RETURNING epoch, position")) {
            key(statement, 1, shard);
            statement.setString(4, PositionCodec.encode(Position.START));
            try (ResultSet opened = statement.executeQuery()) {
                opened.next();
                return new Hold(opened.getLong(1), PositionCodec.decode(opened.getString(2)));
            }
        }
    }

    Optional<LedgerEntry> read(Connection connection, int shard) throws SQLException {
        return Optional.ofNullable(select(connection, " AND shard = " + shard).get(shard));
    }

    SortedMap<Integer, LedgerEntry> readAll(Connection connection) throws SQLException {
        return select(connection, "");
    }

    private SortedMap<Integer, LedgerEntry> select(Connection connection, String andWhere) throws SQLException {
        SortedMap<Integer, LedgerEntry> entries = new TreeMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT shard, epoch, position, opened_at, committed_at FROM ledger"
                        + " WHERE topology = ? AND group_name = ?" + andWhere)) {
            statement.setString(1, topology);
            statement.setString(2, group);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    entries.put(
                            found.getInt(1),
                            new LedgerEntry(
                                    PositionCodec.decode(found.getString(3)),
                                    found.getLong(2),
                                    found.getTimestamp(4).toInstant(),
                                    Optional.ofNullable(found.getTimestamp(5)).map(Timestamp::toInstant)));
                }
            }
        }
        return entries;
    }

    /**
     * Moves shards, each from exactly where this writer left it.
     *
     * @throws FencedException if one is somewhere else; the caller must then roll back
     */
    void move(Connection connection, List<ShardMove> moves, Map<Integer, Hold> holds) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE ledger SET position = ?, watermark = ?, txid = ?,"
                        + " committed_at = clock_timestamp()" + WHERE + " AND epoch = ? AND position = ?")) {
            for (ShardMove move : moves) {
                Position next = move.next();
                statement.setString(1, PositionCodec.encode(next));
                statement.setTimestamp(
                        2,
                        next.watermark() == Position.NO_TIME
                                ? null
                                : Timestamp.from(Instant.ofEpochMilli(next.watermark())));
                statement.setLong(3, next.txid());
                key(statement, 4, move.shard());
                statement.setLong(7, holds.get(move.shard()).epoch());
                statement.setString(8, PositionCodec.encode(move.expected()));
                statement.addBatch();
            }
            int[] moved = statement.executeBatch();
            for (int i = 0; i < moved.length; i++) {
                if (moved[i] != 1) {
                    throw fenced(
                            connection, moves.get(i), holds.get(moves.get(i).shard()));
                }
            }
        }
    }

    private FencedException fenced(Connection connection, ShardMove move, Hold hold) throws SQLException {
        String found = read(connection, move.shard())
                .map(entry -> "epoch " + entry.epoch() + " at " + PositionCodec.encode(entry.position()))
                .orElse("no such row");
        return new FencedException("cannot commit " + name(move.shard()) + ": expected the ledger in epoch "
                + hold.epoch() + " at " + PositionCodec.encode(move.expected()) + ", found " + found
                + ". A later epoch means that another writer has taken the shard over; nothing of this commit was"
                + " written. Open the shard again, and see that only one topology of the group runs");
    }

    private void key(PreparedStatement statement, int from, int shard) throws SQLException {
        statement.setString(from, topology);
        statement.setString(from + 1, group);
        statement.setInt(from + 2, shard);
    }
}
