package io.lightflow.topology.postgres;

import io.lightflow.statistics.SetAsideRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Writes records that cannot be counted, within a transaction of the caller. */
final class SetAsideTable {
    private static final String INSERT = "INSERT INTO stats_set_aside (topology, group_name, topic, incarnation, shard,"
            + " record_offset, reason, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

    private SetAsideTable() {}

    static void add(Connection connection, String topology, String group, List<SetAsideRecord> records)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (SetAsideRecord record : records) {
                statement.setString(1, topology);
                statement.setString(2, group);
                statement.setString(3, record.topic());
                statement.setInt(4, record.incarnation());
                statement.setInt(5, record.shard());
                statement.setLong(6, record.event().offset());
                statement.setString(7, record.event().reason().replace('\0', '\uFFFD'));
                statement.setBytes(8, record.event().value());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
