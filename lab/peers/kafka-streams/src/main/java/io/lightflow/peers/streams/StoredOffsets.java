package io.lightflow.peers.streams;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** The next offsets to count, in PostgreSQL. The former offset fences a second writer. */
final class StoredOffsets {
    private final Connection connection;
    private final PreparedStatement advance;
    private int advancing;

    StoredOffsets(Connection connection) throws SQLException {
        this.connection = connection;
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS stats_offsets (topic text, shard int,"
                    + " next_offset bigint NOT NULL, PRIMARY KEY (topic, shard))");
        }
        advance = connection.prepareStatement(
                "UPDATE stats_offsets SET next_offset = ? WHERE topic = ? AND shard = ? AND next_offset = ?");
    }

    /** Partitions without an offset begin at 0. */
    Map<TopicPartition, Long> read(List<TopicPartition> partitions) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO stats_offsets VALUES (?, ?, 0) ON CONFLICT DO NOTHING")) {
            for (TopicPartition partition : partitions) {
                insert.setString(1, partition.topic());
                insert.setInt(2, partition.partition());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT topic, shard, next_offset FROM stats_offsets")) {
            while (row.next()) {
                offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
            }
        }
        connection.commit();
        return offsets;
    }

    void advance(TopicPartition partition, long from, long to) throws SQLException {
        if (from == to) {
            return;
        }
        advance.setLong(1, to);
        advance.setString(2, partition.topic());
        advance.setInt(3, partition.partition());
        advance.setLong(4, from);
        advance.addBatch();
        advancing++;
    }

    /** @throws SQLException if another writer has moved an offset */
    void send() throws SQLException {
        int updated = 0;
        for (int count : advance.executeBatch()) {
            updated += count;
        }
        if (updated != advancing) {
            throw new SQLException("expected to advance " + advancing + " offsets, found " + updated
                    + " as they were: another writer has moved the rest");
        }
        advancing = 0;
    }
}
