package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;

/** Reads which records a topology could not count; changes nothing. Thread-safe. */
public final class SetAsideReader implements AutoCloseable {
    private static final String SELECT = "SELECT reason FROM stats_set_aside WHERE topology = ? AND group_name = ?"
            + " AND topic = ? AND incarnation = ? AND shard = ? AND record_offset = ?";

    private final PostgresPool pool;
    private final String topology;
    private final String group;

    /** Does not connect yet. */
    public SetAsideReader(PostgresSettings settings, String topology, String group) {
        this.pool = new PostgresPool(settings, "lightflow-set-aside");
        this.topology = topology;
        this.group = group;
    }

    /**
     * Why a record was set aside; empty if it was not.
     *
     * @param incarnation of its topic
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is unavailable
     */
    public Optional<String> reason(String topic, int incarnation, int shard, long offset) {
        return pool.run("look for a record that was set aside", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
                statement.setString(1, topology);
                statement.setString(2, group);
                statement.setString(3, topic);
                statement.setInt(4, incarnation);
                statement.setInt(5, shard);
                statement.setLong(6, offset);
                try (ResultSet found = statement.executeQuery()) {
                    return found.next() ? Optional.of(found.getString(1)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public void close() {
        pool.close();
    }
}
